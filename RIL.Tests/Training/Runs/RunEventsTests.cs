using System.Text;
using RIL.Training;
using RIL.Training.Runs;

namespace RIL.Tests.Training.Runs;

public class RunEventsTests
{
    private static readonly RunEvent[] Kinds =
    [
        new StageEvent("sft", 10), new ProgressEvent("sft", 1, 10, new Dictionary<string, double> { ["left_s"] = 3 }),
        new MetricsEvent("ril", 3, new Dictionary<string, double> { ["rewards/answer/mean"] = 0.1 + 0.2 },
            new Dictionary<string, double> { ["step_time"] = 1.5 }),
        new CompletionsEvent(3, "completions/completions_00003.parquet", 8), new CheckpointEvent(3, "checkpoint-3"),
        new LogEvent("info", "größe \"x\"\nzwei"),
        new ResumedEvent(4, 3, "checkpoint-3", "cpu"), new FinishedEvent("completed"), new FailedEvent("no", null),
        new HistogramEvent("ril", 3, "gradients/merger", [-3, -2.5, -2], [4, 5], 1),
        new ProgressEvent("evaluation", 0, 1, null, new StepPart(3, 8, "questions")),
    ];

    [Fact]
    public void Events_AreNumberedAndReadBack_OneALine()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "events.jsonl");
        using (RunEvents events = RunEvents.Open(path)) foreach (RunEvent kind in Kinds) events.Append(kind);

        Assert.Equal(Kinds.Length, File.ReadAllLines(path).Length);
        RunEvent[] read = [.. RunEvents.Read(path)];
        Assert.Equal(Enumerable.Range(1, Kinds.Length).Select(n => (long)n), read.Select(e => e.Number));
        Assert.Equal(Kinds.Select(RunEvents.Comparable), read.Select(RunEvents.Comparable));
        Assert.Equal(0.1 + 0.2, ((MetricsEvent)read[2]).Metrics["rewards/answer/mean"]);
        Assert.Equal([8, 9, 10, 11], RunEvents.Read(path, after: 7).Select(e => e.Number));
    }

    [Fact]
    public void UnfinishedLastLine_IsCutOff_WhereverTheProcessEnded()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "events.jsonl");
        using (RunEvents events = RunEvents.Open(path)) foreach (RunEvent kind in Kinds) events.Append(kind);
        byte[] whole = File.ReadAllBytes(path);
        int[] ends = [.. Enumerable.Range(0, whole.Length).Where(i => whole[i] == '\n')];

        for (int length = 0; length <= whole.Length; length += 7)
        {
            File.WriteAllBytes(path, whole[..length]);
            using (RunEvents events = RunEvents.Open(path)) events.Append(new LogEvent("info", "on"));
            RunEvent[] read = [.. RunEvents.Read(path)];
            Assert.Equal(ends.Count(e => e < length) + 1, read.Length);
            Assert.Equal(read.Length, read[^1].Number);
        }
    }

    [Fact]
    public void Readers_DoNotSeeALineThatIsStillBeingWritten()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "events.jsonl");
        using (RunEvents events = RunEvents.Open(path)) events.Append(Kinds[0]);
        File.AppendAllText(path, "{\"kind\":\"log\",\"n\":2,");

        Assert.Single(RunEvents.Read(path));
    }

    [Fact]
    public void NoiseAfterTheLastLine_IsCutOff()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "events.jsonl");
        using (RunEvents events = RunEvents.Open(path)) events.Append(Kinds[0]);
        using (FileStream file = File.OpenWrite(path))
        {
            file.Seek(0, SeekOrigin.End);
            file.Write(new byte[40_000]); // what a power cut leaves of a file that had grown
            file.Write("\n"u8);
        }
        using (RunEvents events = RunEvents.Open(path)) Assert.Equal(1, events.Last);
    }

    [Fact]
    public void SecondWriter_IsRefused()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "events.jsonl");
        using RunEvents events = RunEvents.Open(path);

        Assert.Contains("another process is writing this run", Assert.Throws<InputException>(() => RunEvents.Open(path)).Message);
    }

    [Fact]
    public void EventsAfterAResumption_ReplaceThoseOfTheCourseThatWasGivenUp()
    {
        RunEvent[] events =
        [
            .. new RunEvent[] { new LogEvent("info", "1"), new CheckpointEvent(1, "checkpoint-1"), new LogEvent("info", "void"),
                new LogEvent("info", "void"), new ResumedEvent(2, 1, "checkpoint-1", ""), new LogEvent("info", "2") }
                .Select((e, i) => e with { Number = i + 1 }),
        ];

        Assert.Equal([1, 2, 6], RunEvents.Current(events).Select(e => e.Number));
    }

    [Fact]
    public void TimingMetrics_AreToldFromThoseThatRepeat()
    {
        MetricsEvent metrics = new MetricLog()
            .Event("ril", 1, new Dictionary<string, double> { ["reward"] = 1, ["kl"] = double.NaN, ["timing_s/step"] = 2,
            ["step_time"] = 2, ["perf/tokens_per_second"] = 9 });

        Assert.Equal(["reward"], metrics.Metrics.Keys);
        Assert.Superset(new HashSet<string> { "timing_s/step", "step_time", "perf/tokens_per_second", "system/rss_mb" },
            metrics.Timing!.Keys.ToHashSet());
        Assert.DoesNotContain("step_time", RunEvents.Comparable(metrics), StringComparison.Ordinal);
    }

    [Fact]
    public void LinesAreUtf8WithoutAMark()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "events.jsonl");
        using (RunEvents events = RunEvents.Open(path)) events.Append(new LogEvent("info", "größe"));

        Assert.StartsWith("{\"kind\":\"log\",\"n\":1,\"time\":\"", Encoding.UTF8.GetString(File.ReadAllBytes(path)),
            StringComparison.Ordinal);
        Assert.Contains("größe", File.ReadAllText(path), StringComparison.Ordinal);
    }
}
