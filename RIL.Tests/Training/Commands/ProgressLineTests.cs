using RIL.Training.Commands;
using RIL.Training.Runs;
using Spectre.Console;

namespace RIL.Tests.Training.Commands;

public class ProgressLineTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Terminal_OverwritesOneLinePerStage()
    {
        string shown = Show(terminal: true);

        Assert.Contains("\r\e[2Kril           ━━━━━━━━────────   50%  50/100  0:10 left   reward 1.250  answer 0.750", shown,
            StringComparison.Ordinal);
        Assert.Equal(1, shown.Count(c => c == '\n'));
    }

    [Fact]
    public void PlainOutput_IsWholeLines_NotTooMany()
    {
        string[] lines = Show(terminal: false).TrimEnd().ReplaceLineEndings("\n").Split('\n');

        Assert.Equal(3, lines.Length); // the first step, one after fifteen seconds, the last
        Assert.All(lines, l => Assert.DoesNotContain('\e', l));
        Assert.EndsWith("kl 0.0010", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void ResultTable_ShowsQuestionTypesAndTeachers()
    {
        using var output = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(output) });
        var types = new Dictionary<string, double> { ["cost"] = 0.16, ["sum"] = 0.22 };

        ResultTable.Write(new RunSummary([new("before", 0.1, types, 3200), new("ril", 0.841, types, 3200, 15.9),
            new("[a]", 0.98, types, 3200)]), console);

        foreach (string part in (string[])["3200 held-out questions", "after RIL", "teacher [a]", "16.0", "84.1", "15.9"])
            Assert.Contains(part, output.ToString(), StringComparison.Ordinal);
    }

    private static string Show(bool terminal)
    {
        using var output = new StringWriter();
        var line = new ProgressLine(output, terminal, width: 200);
        line.Observe(new StageEvent("ril", 100) { Time = Start });
        for (int step = 1; step <= 100; step++)
        {
            DateTimeOffset time = Start.AddSeconds(step / 5.0);
            line.Observe(new MetricsEvent("ril", step, new Dictionary<string, double> { ["loss"] = 0.1, ["reward"] = 1.25,
                ["rewards/answer/mean"] = 0.75, ["kl"] = 0.001 }) { Time = time });
            line.Observe(new ProgressEvent("ril", step, 100,
                new Dictionary<string, double> { ["elapsed_s"] = step / 5.0, ["left_s"] = (100 - step) / 5.0 }) { Time = time });
        }
        line.Observe(new FinishedEvent("completed") { Time = Start.AddSeconds(20) });
        return output.ToString();
    }
}
