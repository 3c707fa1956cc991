using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using RIL.Training.Runs;

namespace RIL.Tests.Training.Runs;

public sealed class JobFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ALeaseThatIsSilent_StopsTheJob_AndOneThatIsTouchedDoesNot()
    {
        var clock = new FakeTimeProvider();
        string lease = Path.Combine(_folder.Path, RunControl.LeaseFile);
        using (JobFolder job = JobFolder.Open(_folder.Path, new JobOptions(Signals: false, Lease: TimeSpan.FromSeconds(30), Clock: clock)))
        {
            for (int minute = 0; minute < 10; minute++)
            {
                // By the clock of another machine, far behind: only that it changes counts.
                File.WriteAllText(lease, "");
                File.SetLastWriteTimeUtc(lease, new DateTime(2001, 1, 1, 0, minute, 0, DateTimeKind.Utc));
                clock.Advance(TimeSpan.FromSeconds(20));
                Assert.Equal(RunRequest.None, job.Control.Requested);
            }
            clock.Advance(TimeSpan.FromSeconds(31));
            Assert.Equal(RunRequest.Stop, job.Control.Requested);
            Assert.Equal("stopped", job.FinishAsAsked());
        }
        RunEvent[] events = [.. RunEvents.Read(new RunFolder(_folder.Path).Events)];
        Assert.Contains("lease_timeout_s", Assert.IsType<LogEvent>(events[0]).Text, StringComparison.Ordinal);
        Assert.Equal("lease", Assert.IsType<FinishedEvent>(events[1]).Signal);
    }

    [Fact]
    public void ALeaseThatNobodyTakes_IsSilent()
    {
        var clock = new FakeTimeProvider();
        using JobFolder job = JobFolder.Open(_folder.Path, new JobOptions(Signals: false, Lease: TimeSpan.FromSeconds(30), Clock: clock));
        clock.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(RunRequest.None, job.Control.Requested);
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Throws<OperationCanceledException>(job.ThrowWhereAsked);
    }

    [Fact]
    public void NumbersThatAreNotFinite_AreNull_InEventsAndCheckpoints()
    {
        RunEvent[] events =
        [
            new ProgressEvent("ril", 1, 2, new Dictionary<string, double> { ["left_s"] = double.PositiveInfinity }),
            new MetricsEvent("ril", 1, new Dictionary<string, double> { ["loss"] = double.NaN }),
            new HistogramEvent("ril", 1, "gradients", [double.NegativeInfinity, 0], [3], 1),
            new FinishedEvent("completed", new RunSummary([new ModelAccuracy("ril", double.NaN,
                new Dictionary<string, double> { ["sum"] = double.NaN }, 3, double.NaN)])),
        ];
        Assert.All(events, e => Assert.Contains("null", e.ToLine(), StringComparison.Ordinal));
        Assert.All(events[..3], e => Assert.Equal(e.ToLine(), RunEvent.FromLine(e.ToLine()).ToLine()));
        Assert.Null(((FinishedEvent)RunEvent.FromLine(events[3].ToLine())).Summary!.Evaluations[0].Accuracy);

        string checkpoint = new CheckpointStore(_folder.Path, null).Save(1, 1, new CheckpointContent(
            new JsonObject { ["best"] = double.NaN, ["all"] = new JsonArray(1, double.NegativeInfinity, float.NaN) }, [], _ => { }));
        JsonObject state = new CheckpointStore(_folder.Path, null).Load(checkpoint).State;
        Assert.Null(state["best"]);
        Assert.Equal("[1,null,null]", state["all"]!.ToJsonString());
    }

    [Fact]
    public void KindsAndMembersOfALaterVersion_ArePassedOver()
    {
        string path = new RunFolder(_folder.Path).Events;
        File.WriteAllText(path, """
            {"kind":"log","n":1,"time":"2030-01-01T00:00:00+00:00","level":"info","text":"a","mood":{"x":[1]}}
            {"kind":"spectrum","n":2,"time":"2030-01-01T00:00:00+00:00","values":[1,2]}

            """.ReplaceLineEndings("\n"));
        using (RunEvents events = RunEvents.Open(path)) Assert.Equal(2, events.Last); // it is no noise at the end
        RunEvent[] read = [.. RunEvents.Read(path)];
        Assert.Equal("a", Assert.IsType<LogEvent>(read[0]).Text);
        Assert.Equal(("spectrum", 2L), (Assert.IsType<UnknownEvent>(read[1]).Kind, read[1].Number));
    }
}
