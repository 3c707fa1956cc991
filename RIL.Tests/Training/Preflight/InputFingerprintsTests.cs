using System.Text.Json.Nodes;
using RIL.Training;
using RIL.Training.Configuration;
using RIL.Training.Quickstart;
using RIL.Training.Runs;

namespace RIL.Tests.Training.Preflight;

/// <summary>A run that goes on knows whether it reads what it read before.</summary>
public sealed class InputFingerprintsTests : IDisposable
{
    private readonly TinyRun _runs = new();
    private readonly string _data;

    public InputFingerprintsTests()
    {
        _data = _runs.Folder("data");
        QuickstartExport.Write(QuickstartData.Load("quickstart:rl:0:12"), _data);
    }

    public void Dispose() => _runs.Dispose();

    public static TheoryData<string, string> Changes => new()
    {
        { "rows gone", "dataset had 12 rows and has 3" },
        { "another answer", "the 12 rows of dataset are not what they were" },
        { "another picture", "the 12 rows of dataset are not what they were" },
        { "rows in another order", "the 12 rows of dataset are not what they were" },
        { "answers added", "teacher 'long' had 36 kept answers to the questions and has 37" },
        { "another kept answer", "the 36 kept answers of teacher 'long' are not what they were" },
        { "another tokenizer", "the student's tokenizer.json is not what it was" },
        { "another processor", "the student's preprocessor_config.json is not what it was" },
        { "other weights", "the student's model.safetensors is not what it was" },
        { "another file", "the student's folder has a file generation.json that it had not" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Resume_WhereAnInputChanged_IsRefusedWithWhatChanged_AndGoesOnWhereItIsAccepted(string change, string sentence)
    {
        RunConfig config = Begin();
        Change(change);
        RunConfig resumed = config with { ResumeFromCheckpoint = "latest" };

        string refused = Assert.Throws<InputException>(() => TinyRun.Execute(resumed)).Message;
        Assert.Contains(sentence, refused, StringComparison.Ordinal);
        Assert.Contains("accept_changed_inputs=true", refused, StringComparison.Ordinal);

        Assert.Equal("completed", TinyRun.Execute(resumed with { AcceptChangedInputs = true }));
        Assert.Contains(Logs(config), l => l.Level == "warning" && l.Text.Contains(sentence, StringComparison.Ordinal));
    }

    [Fact]
    public void Resume_WithTheSameInputs_SaysNothing()
    {
        RunConfig config = Begin();
        Assert.Equal("completed", TinyRun.Execute(config with { ResumeFromCheckpoint = "latest" }));
        Assert.DoesNotContain(Logs(config), l => l.Text.Contains("inputs", StringComparison.Ordinal));
    }

    [Fact]
    public void Resume_OfACheckpointWithoutFingerprints_SaysSoAndGoesOn()
    {
        RunConfig config = Begin();
        string state = Path.Combine(_runs.LastCheckpoint("run"), "trainer_state.json");
        JsonObject document = JsonNode.Parse(File.ReadAllText(state))!.AsObject();
        Assert.True(document.Remove("inputs"));
        File.WriteAllText(state, document.ToJsonString());
        File.Delete(Path.Combine(_runs.LastCheckpoint("run"), "manifest.json"));
        CheckpointManifest.Write(_runs.LastCheckpoint("run"));

        Assert.Equal("completed", TinyRun.Execute(config with { ResumeFromCheckpoint = "latest" }));
        Assert.Contains(Logs(config), l => l.Text.Contains("kept no fingerprints", StringComparison.Ordinal));
    }

    private IEnumerable<LogEvent> Logs(RunConfig config) => RunEvents.Read(new RunFolder(config.OutputDir!).Events).OfType<LogEvent>();

    // To the first checkpoint, where it is killed.
    private RunConfig Begin()
    {
        RunConfig config = _runs.Config("run") with { Dataset = Path.Combine(_data, "data.jsonl"), SftDataset = null, SftSteps = 2,
            SaveSteps = 1, EvalSteps = 0, EvalDataset = null, DiscriminatorPretrainSteps = 1, MaxSteps = 1 };
        Assert.Throws<OperationCanceledException>(() => TinyRun.Execute(config, new KilledAtCheckpoint()));
        return config;
    }

    private void Change(string what)
    {
        string rows = Path.Combine(_data, "data.jsonl");
        string[] lines = File.ReadAllLines(rows), kept = File.ReadAllLines(_runs.Answers);
        string In(string file) => Path.Combine(_runs.Student, file);
        switch (what)
        {
            case "rows gone": File.WriteAllLines(rows, lines[..3]); break;
            case "another answer": File.WriteAllLines(rows, [.. lines[..^1], With(lines[^1], "answer", "other")]); break;
            case "rows in another order": File.WriteAllLines(rows, [.. lines[1..], lines[0]]); break;
            case "another picture":
                File.Copy(Path.Combine(_data, "pictures", "rl-0-1.png"), Path.Combine(_data, "pictures", "rl-0-0.png"), overwrite: true);
                break;
            case "answers added": File.WriteAllLines(_runs.Answers, [.. kept, kept[0]]); break;
            case "another kept answer": File.WriteAllLines(_runs.Answers, [With(kept[0], "text", "answer : other ."), .. kept[1..]]);
                break;
            case "another tokenizer": File.AppendAllText(In("tokenizer.json"), "\n"); break;
            case "another processor": File.AppendAllText(In("preprocessor_config.json"), "\n"); break;
            case "other weights":
                byte[] bytes = File.ReadAllBytes(In("model.safetensors"));
                bytes[^3] ^= 1;
                File.WriteAllBytes(In("model.safetensors"), bytes);
                break;
            default: File.WriteAllText(In("generation.json"), "{}"); break;
        }
    }

    private static string With(string line, string key, string value)
    {
        JsonObject row = JsonNode.Parse(line)!.AsObject();
        row[key] = value;
        return row.ToJsonString();
    }

    private sealed class KilledAtCheckpoint : IRunObserver
    {
        public void Observe(RunEvent happened)
        {
            if (happened is CheckpointEvent) throw new OperationCanceledException("killed");
        }
    }
}
