using System.IO.Compression;
using System.Text.Json.Nodes;
using RIL.Training.Configuration;
using RIL.Training.Runs;
using RIL.Training.Stages;

namespace RIL.Tests.Training.Runs;

/// <summary>
/// first-version.zip holds a run that the first version of the program left in the middle of reinforcement, with its inputs.
/// </summary>
public sealed class OldRunFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ARunOfTheFirstVersion_GoesOn()
    {
        ZipFile.ExtractToDirectory(Fixtures.Beside("first-version.zip"), _folder.Path);
        string run = _folder.File("run"), file = new RunFolder(run).Config;
        var settings = (JsonObject)JsonNode.Parse(File.ReadAllText(file))!;
        settings["student"] = _folder.File("student"); // where they lie here
        foreach (JsonNode? teacher in settings["teachers"]!.AsArray()) teacher!["answers"] = _folder.File("answers.jsonl");
        File.WriteAllText(file, settings.ToJsonString());

        RunConfig config = RunConfigDocument.Load(file) with { OutputDir = run, ResumeFromCheckpoint = "latest" };
        using (RunSession session = RunSession.Open(config, signals: false)) Assert.Equal("completed", RilRun.Execute(session));

        RunEvent[] events = [.. RunEvents.Current(RunEvents.Read(new RunFolder(run).Events))];
        Assert.Equal(["sft", "teachers", "discriminator", "ril", "evaluation"], events.OfType<StageEvent>().Select(e => e.Stage));
        Assert.Equal([1, 2, 3, 4], events.OfType<ProgressEvent>().Where(e => e.Stage == "ril").Select(e => e.Step));
        Assert.Equal(["before", "sft", "ril"], ((FinishedEvent)events[^1]).Summary!.Evaluations.Select(e => e.Model));
    }
}
