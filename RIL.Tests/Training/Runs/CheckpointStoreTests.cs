using System.Text.Json.Nodes;
using RIL.Training;
using RIL.Training.Runs;
using static TorchSharp.torch;

namespace RIL.Tests.Training.Runs;

public sealed class CheckpointStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Tensor _tensor = arange(12, dtype: ScalarType.Float32).reshape(3, 4);

    public void Dispose()
    {
        _tensor.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Checkpoint_ReadsBackAsSaved()
    {
        var store = new CheckpointStore(_folder.Path, keep: null);
        string folder = store.Save(7, 31, Content(cursor: 5));
        Checkpoint read = store.Load(folder);

        Assert.Equal((7, 31, 5), (read.Step, read.Events, read.State["cursor"]!.GetValue<int>()));
        using var file = read.Open("optimizer.safetensors");
        using Tensor value = file.Read("exp_avg/a");
        Assert.Equal(_tensor.data<float>().ToArray(), value.data<float>().ToArray());
        Assert.Equal("{}", File.ReadAllText(Path.Combine(folder, "config.json")));
        Assert.Equal(["checkpoint-7"], Names());
    }

    [Theory]
    [InlineData("optimizer.safetensors", "truncate", "optimizer.safetensors has ")]
    [InlineData("optimizer.safetensors", "flip", "the content of optimizer.safetensors is not what was written")]
    [InlineData("config.json", "delete", "config.json is missing")]
    [InlineData("manifest.json", "delete", "manifest.json is missing")]
    [InlineData("manifest.json", "truncate", "manifest.json cannot be read")]
    public void DamagedCheckpoint_IsRefused_AndTheLastGoodOneNamed(string file, string damage, string sentence)
    {
        var store = new CheckpointStore(_folder.Path, keep: null);
        string good = store.Save(1, 1, Content(1)), bad = store.Save(2, 2, Content(2));
        Damage(Path.Combine(bad, file), damage);

        string message = Assert.Throws<InputException>(() => store.Load(bad)).Message;
        Assert.Contains(sentence, message, StringComparison.Ordinal);
        Assert.Contains($"the last good checkpoint is {good}", message, StringComparison.Ordinal);
        Assert.Equal(1, store.LoadLatest(out IReadOnlyList<string> damaged)!.Step);
        Assert.StartsWith("checkpoint-2 is damaged", Assert.Single(damaged), StringComparison.Ordinal);
    }

    [Fact]
    public void ACheckpoint_IsHashedAgain_OnlyWhereItsFilesChanged()
    {
        var store = new CheckpointStore(_folder.Path, keep: null);
        string folder = store.Save(1, 1, Content(1)), file = Path.Combine(folder, "optimizer.safetensors");
        DateTime written = File.GetLastWriteTimeUtc(file);
        Damage(file, "flip");
        File.SetLastWriteTimeUtc(file, written);
        Assert.Equal(folder, store.LastGood()); // only its content could tell, and that was looked at as it was written

        File.SetLastWriteTimeUtc(file, written.AddSeconds(1));
        Assert.Equal(folder, store.LastComplete()); // by names and sizes
        Assert.Null(store.LastGood());
        Assert.Null(store.LastComplete());
    }

    [Fact]
    public void Limit_KeepsTheNewest_AndNeverRemovesTheOneJustWritten()
    {
        var store = new CheckpointStore(_folder.Path, keep: 2);
        for (int step = 1; step <= 4; step++) store.Save(step, step, Content(step));
        Assert.Equal(["checkpoint-3", "checkpoint-4"], Names());

        var single = new CheckpointStore(_folder.Path, keep: 1);
        // resumed from 3, so 4 belongs to a course that was given up
        Damage(Path.Combine(_folder.Path, "checkpoint-4", "config.json"), "truncate");
        single.Save(3, 3, Content(3));
        Assert.Equal(["checkpoint-3"], Names());
        Assert.NotNull(single.LoadLatest(out _));
    }

    [Fact]
    public void FullDisk_LeavesNothingHalfWritten_AndNamesTheLastGoodCheckpoint()
    {
        var store = new CheckpointStore(_folder.Path, keep: 1);
        string good = store.Save(1, 1, Content(1));
        var full = new IOException("No space left on device", OperatingSystem.IsWindows() ? unchecked((int)0x80070070) : 28);

        string message = Assert.Throws<InputException>(() => store.Save(2, 2, Content(2) with { WriteStudent = _ => throw full })).Message;

        Assert.Contains("the disk is full", message, StringComparison.Ordinal);
        Assert.Contains(good, message, StringComparison.Ordinal);
        Assert.Equal(["checkpoint-1"], Names());
    }

    [Fact]
    public void WhatAnInterruptedSaveLeft_IsTidiedAway()
    {
        var store = new CheckpointStore(_folder.Path, keep: null);
        store.Save(1, 1, Content(1));
        Directory.CreateDirectory(Path.Combine(_folder.Path, ".tmp-checkpoint-2"));
        // replaced, and the new one not yet renamed
        Directory.Move(Path.Combine(_folder.Path, "checkpoint-1"), Path.Combine(_folder.Path, ".old-checkpoint-1"));

        store.CleanUp();

        Assert.Equal(["checkpoint-1"], Names());
        Assert.Equal(1, store.LoadLatest(out _)!.Step);
    }

    private string[] Names() => [.. Directory.GetDirectories(_folder.Path).Select(f => Path.GetFileName(f)).Order()];

    private CheckpointContent Content(int cursor) => new(
        new JsonObject { ["cursor"] = cursor }, [("optimizer.safetensors", [("exp_avg/a", _tensor)])],
            folder => File.WriteAllText(Path.Combine(folder, "config.json"), "{}"));

    private static void Damage(string file, string how)
    {
        if (how == "delete") File.Delete(file);
        byte[] bytes = how == "delete" ? [] : File.ReadAllBytes(file);
        if (how == "truncate") File.WriteAllBytes(file, bytes[..(bytes.Length / 2)]);
        if (how != "flip") return;
        bytes[^1] ^= 1;
        File.WriteAllBytes(file, bytes);
    }
}
