using System.Diagnostics;
using System.Text.Json.Nodes;
using RIL.Training.Commands;
using RIL.Training.Configuration;
using RIL.Training.Runs;

namespace RIL.Tests.Training.Commands;

/// <summary>The verbs that are jobs with folders of their own.</summary>
public sealed class JobCommandTests : IDisposable
{
    private readonly TinyRun _runs = new();
    private readonly string _config;

    public JobCommandTests()
    {
        _config = _runs.Folder("tiny.yaml");
        File.WriteAllText(_config, RunConfigDocument.WriteYaml(_runs.Config("x") with { OutputDir = null, EvalBatchSize = 3 },
            onlyChanged: true));
    }

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void Collect_StopsWithinABatch_AndGoesOnWithWhatIsKept()
    {
        string job = _runs.Folder("job"), file = _runs.Folder("collected.jsonl.gz");
        string[] arguments = ["collect", "--teacher", "me", "--checkpoint", _runs.Student, "--config", _config, "--output", file,
            "--answers", "2", "--job", job];
        string program = Path.Combine(AppContext.BaseDirectory, "RIL.Training.dll");
        using (var process = Process.Start(new ProcessStartInfo("dotnet",
            [program, .. arguments, "--dataset", "quickstart:rl:0:4000"]) { RedirectStandardOutput = true })!)
        {
            while (process.StandardOutput.ReadLine() is { } line && !line.StartsWith("collect", StringComparison.Ordinal)) ;
            RunControl.Send(job, RunRequest.Stop);
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.Equal(130, process.ExitCode);
        }
        RunEvent[] stopped = Events(job);
        Assert.Equal(4000, Assert.Single(stopped.OfType<StageEvent>()).Total);
        long asked = stopped.OfType<ProgressEvent>().Last().Step;
        Assert.InRange(asked, 32, 3999);
        Assert.Equal("stopped", Assert.IsType<FinishedEvent>(stopped[^1]).State);

        (int code, string output, _) = Run([.. arguments, "--dataset", $"quickstart:rl:0:{asked + 40}"]);
        Assert.Equal(0, code);
        RunEvent[] all = Events(job), current = [.. RunEvents.Current(all)];
        Assert.Equal(0, Assert.Single(all.OfType<ResumedEvent>()).From);
        Assert.Equal(40, Assert.Single(current.OfType<StageEvent>()).Total);
        Assert.Equal([32, 40], current.OfType<ProgressEvent>().Select(p => p.Step));
        RunSummary summary = Assert.IsType<FinishedEvent>(current[^1]).Summary!;
        Assert.Equal(new CollectedAnswers("me", file, (int)asked + 40, 2 * ((int)asked + 40)), summary.Collected);
        Assert.Contains($"{2 * (asked + 40)} answers of teacher me", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Evaluate_LeavesTheEventsOfItsJob()
    {
        string job = _runs.Folder("job");
        (int code, string output, _) = Run("evaluate", _runs.Student, _runs.Student, "--config", _config, "--json", "--job", job);

        Assert.Equal(0, code);
        RunEvent[] events = Events(job);
        Assert.Equal(new StageEvent("evaluation", 2), Assert.Single(events.OfType<StageEvent>()) with { Number = 0, Time = default });
        Assert.Equal(["0 3/8", "0 6/8", "1 ", "1 3/8", "1 6/8", "2 "],
            events.OfType<ProgressEvent>().Select(p => $"{p.Step} {(p.Part is { } part ? $"{part.Done}/{part.Of}" : "")}"));
        RunSummary summary = Assert.IsType<FinishedEvent>(events[^1]).Summary!;
        Assert.Equal(output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => JsonNode.Parse(l)!["accuracy"]!.GetValue<double>()),
            summary.Evaluations.Select(e => e.Accuracy!.Value));
    }

    [Fact]
    public void WhatCannotBeDone_IsAnEventAndASentence()
    {
        string job = _runs.Folder("job");
        (int code, _, string errors) = Run("evaluate", _runs.Student, "--config", _config, "--dataset", "nowhere.jsonl", "--job", job);

        Assert.Equal(2, code);
        Assert.Contains("nowhere.jsonl", errors, StringComparison.Ordinal);
        Assert.Contains("nowhere.jsonl", Assert.IsType<FailedEvent>(Events(job)[^1]).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheFolderOfARun_IsNotTakenForAJob()
    {
        string run = Directory.CreateDirectory(_runs.Folder("run")).FullName;
        File.WriteAllText(new RunFolder(run).Config, "{}");
        (int code, _, string errors) = Run("evaluate", _runs.Student, "--config", _config, "--job", run);

        Assert.Equal((2, true), (code, errors.Contains("it is the folder of a run", StringComparison.Ordinal)));
        Assert.False(File.Exists(new RunFolder(run).Events));
    }

    private static RunEvent[] Events(string job) => [.. RunEvents.Read(new RunFolder(job).Events)];

    private static (int Code, string Output, string Errors) Run(params string[] arguments)
    {
        using StringWriter output = new(), errors = new();
        int code = CommandLine.Run(arguments, output, errors);
        return (code, output.ToString(), errors.ToString());
    }
}
