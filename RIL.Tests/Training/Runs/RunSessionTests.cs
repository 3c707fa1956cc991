using System.Text.Json.Nodes;
using Parquet;
using RIL.Training;
using RIL.Training.Configuration;
using RIL.Training.Runs;

namespace RIL.Tests.Training.Runs;

public sealed class RunSessionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)] // before the first checkpoint
    [InlineData(3)]
    [InlineData(5)]
    public void Resume_AfterTheProcessEnded_GivesTheSameEvents(int ended)
    {
        Run("whole", until: 6);
        Run("broken", until: ended);
        Run("broken", until: 6, resume: true);

        Assert.Equal(Events("whole").Select(RunEvents.Comparable), Events("broken").Select(RunEvents.Comparable));
        Assert.Equal(Enumerable.Range(1, RunEvents.Read(Path.Combine(_folder.Path, "broken", "events.jsonl")).Count())
            .Select(n => (long)n),
            RunEvents.Read(Path.Combine(_folder.Path, "broken", "events.jsonl")).Select(e => e.Number));
    }

    [Fact]
    public void Resume_WhereTheCheckpointsEventWasLost_WritesItAgain()
    {
        Run("whole", until: 6);
        Run("broken", until: 4);
        string events = Path.Combine(_folder.Path, "broken", "events.jsonl");
        File.WriteAllLines(events, File.ReadAllLines(events).TakeWhile(l => !l.Contains("checkpoint-4", StringComparison.Ordinal)));
        Run("broken", until: 6, resume: true);

        Assert.Equal(Events("whole").Select(RunEvents.Comparable), Events("broken").Select(RunEvents.Comparable));
    }

    [Fact]
    public void Resume_WithAnotherLearningRate_IsRefused()
    {
        Run("run", until: 3);

        string message = Assert.Throws<InputException>(() =>
            RunSession.Open(Config("run") with { ResumeFromCheckpoint = "latest", LearningRate = 1 }, signals: false)).Message;
        Assert.Contains("learning_rate is 1 and the run was started with 1E-06", message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void FolderWithARun_IsNotOverwritten()
    {
        Run("run", until: 3);

        Assert.Contains("it holds a run already",
            Assert.Throws<InputException>(() => RunSession.Open(Config("run"), signals: false)).Message, StringComparison.Ordinal);
        Run("run", until: 6, resume: true);
        Assert.Contains("the run is complete",
            Assert.Throws<InputException>(() => RunSession.Open(Config("run") with { ResumeFromCheckpoint = "latest" },
            signals: false)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FolderOfARunThatEndedBeforeItsFirstStage_IsUsedAgain()
    {
        using (RunSession session = RunSession.Open(Config("early"), signals: false)) session.Fail("the data set is missing");
        using (RunSession session = RunSession.Open(Config("early"), signals: false)) session.Job.Stage("ril", 1);

        Assert.IsType<StageEvent>(Events("early")[^1]);
        Assert.DoesNotContain(Events("early"), e => e is FailedEvent);
    }

    [Theory]
    [InlineData(RunRequest.Stop)]
    [InlineData(RunRequest.Pause)]
    public void Requests_ArriveByFileAndByLine(RunRequest request)
    {
        using (RunSession session = RunSession.Open(Config("file"), signals: false))
        {
            Assert.Equal(RunRequest.None, session.Job.Control.Requested);
            RunControl.Send(session.Folder.Root, request);
            Assert.Equal(request, session.Job.Control.Requested);
        }
        Assert.False(File.Exists(Path.Combine(_folder.Path, "file", "control")));

        using RunSession other = RunSession.Open(Config("line"), signals: false, control: new StringReader($"hello\n{request}\n"));
        Assert.True(SpinWait.SpinUntil(() => other.Job.Control.Requested == request, TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task Completions_AreParquetWithTheUsersColumns()
    {
        string path = Path.Combine(_folder.Path, RunFolder.Completions(3));
        CompletionsParquet.Write(path, 3, [Row("student", 1, "because"), Row("a", null, null)]);

        Assert.EndsWith("completions_00003.parquet", path, StringComparison.Ordinal);
        await using ParquetReader reader = await ParquetReader.CreateAsync(path, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(["step", "prompt", "completion", "source", "similarity", "answer", "discriminator_score", "judge_reason", "advantage",
            "image"], reader.Schema.Fields.Select(f => f.Name));
        using ParquetRowGroupReader group = reader.OpenRowGroupReader(0);
        var answers = new double?[2];
        await group.ReadAsync<double>(reader.Schema.DataFields[5], answers.AsMemory(),
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal([1.0, null], answers);

        static CompletionRow Row(string source, double? answer, string? reason) =>
            new("what ?", "answer : 3 .", source, new Dictionary<string, double?> { ["similarity"] = 0.5, ["answer"] = answer }, 0.5,
                reason, null, "rows.jsonl#1");
    }

    [Theory]
    [InlineData("123456789", 0xe3069283u)] // the check value of CRC-32C
    [InlineData("", 0u)]
    public void TensorBoardChecksums_AreMaskedCrc32C(string text, uint crc) =>
        Assert.Equal(unchecked(((crc >> 15) | (crc << 17)) + 0xa282ead8u),
            TensorBoardWriter.MaskedCrc(System.Text.Encoding.ASCII.GetBytes(text)));

    private RunConfig Config(string name) => new()
        { Student = "s", Dataset = "d", Teachers = [new("a", "a")], OutputDir = Path.Combine(_folder.Path, name) };

    private IReadOnlyList<RunEvent> Events(string name) =>
        RunEvents.Current(RunEvents.Read(Path.Combine(_folder.Path, name, "events.jsonl")));

    // A run whose only state is a number; it saves every two steps and, asked for fewer than six, ends without a word.
    private void Run(string name, int until, bool resume = false)
    {
        using RunSession session = RunSession.Open(Config(name) with { ResumeFromCheckpoint = resume ? "latest" : null }, signals: false);
        int number = session.Resumed?.State["number"]!.GetValue<int>() ?? 1;
        if (session.Resumed is null) session.Job.Stage("ril", 6);
        for (int step = (int)(session.Resumed?.Step ?? 0) + 1; step <= until; step++)
        {
            number = number * 31 % 1009;
            session.Metrics(step, new Dictionary<string, double> { ["loss"] = number, ["step_time"] = DateTime.UtcNow.Ticks });
            session.Completions(step, [new CompletionRow("q", "a", "student", new Dictionary<string, double?> { ["answer"] = 1 },
                null, null, 0, null)]);
            session.Job.Progress(step, 6);
            if (step % 2 == 0) session.Save(step, new CheckpointContent(new JsonObject { ["number"] = number }, [], _ => { }));
        }
        if (until == 6) session.Job.Finish("completed",
            new RunSummary([new ModelAccuracy("ril", number / 1009.0, new Dictionary<string, double>(), 1)]));
    }
}
