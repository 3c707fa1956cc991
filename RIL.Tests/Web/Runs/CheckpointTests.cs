using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using RIL.Training.Configuration;
using RIL.Training.Runs;
using RIL.Web.Accounts;
using RIL.Web.Data;
using RIL.Web.Runs;
using RIL.Web.Runs.Checkpoints;
using RIL.Web.Runs.Live;

namespace RIL.Tests.Web.Runs;

public sealed class CheckpointTests : IDisposable
{
    private static readonly Caller Member = new("m", "mia", UserRole.Member);

    private readonly RunPageBench _bench = new();
    private readonly CheckpointService _service;

    public CheckpointTests() => _service = new CheckpointService(_bench.Storage, _bench, new RunFeed(TimeProvider.System, NullLogger<RunFeed>.Instance));

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void TheList_HasTheStudentFirst_ThenTheNewest_WithTheHashesOfTheManifest()
    {
        Run run = _bench.Add();
        _bench.Checkpoint(run, "checkpoint-9");
        string newest = _bench.Checkpoint(run, "checkpoint-100", 2000);
        _bench.Checkpoint(run, "student");
        Directory.CreateDirectory(Path.Combine(_bench.Storage.Run(run.Id), "checkpoint-x"));

        IReadOnlyList<CheckpointInfo> all = _service.List(run.Id);

        Assert.Equal(["student", "checkpoint-100", "checkpoint-9"], all.Select(c => c.Name));
        Assert.Equal([false, true, false], all.Select(c => c.Newest));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(newest, "model.safetensors")))), all[1].Sha256);
        Assert.True(all[1].Bytes > 2000);
    }

    [Fact]
    public async Task OneThatIsKept_OutlivesTheTrainersPruning_AndCanBeGivenFree()
    {
        Run run = _bench.Add(RunState.Running);
        string folder = _bench.Checkpoint(run, "checkpoint-1");
        using (RilDb db = _bench.CreateDbContext())
        {
            db.Add(new RunCheckpoint { RunId = run.Id, Step = 1, Folder = "checkpoint-1" });
            db.SaveChanges();
        }
        Assert.Null((await _service.Keep(run, "checkpoint-1", keep: true, Member)).Refusal);
        byte[] before = File.ReadAllBytes(Path.Combine(folder, "model.safetensors"));

        Directory.Delete(folder, recursive: true); // as the trainer prunes

        CheckpointInfo kept = Assert.Single(_service.List(run.Id));
        Assert.Equal((true, false), (kept.Kept, kept.Newest));
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(_service.Folder(run.Id, "checkpoint-1")!, "model.safetensors")));
        using (RilDb db = _bench.CreateDbContext()) Assert.True(db.RunCheckpoints.Single().Kept);
        await _service.Keep(run, "checkpoint-1", keep: false, Member);
        Assert.Equal(folder, new CheckpointStore(_bench.Storage.Run(run.Id), null).LastGood());
        Assert.False(_service.List(run.Id).Single().Kept);
    }

    [Fact]
    public async Task Keeping_TakesNoSpace()
    {
        Run run = _bench.Add();
        string folder = _bench.Checkpoint(run, "checkpoint-1");
        await _service.Keep(run, "checkpoint-1", keep: true, Member);
        // Writing through one name shows through the other: it is the same file.
        File.AppendAllText(Path.Combine(folder, "config.json"), " ");
        Assert.Equal("{} ", File.ReadAllText(Path.Combine(_bench.Storage.Run(run.Id), "kept", "checkpoint-1", "config.json")));
    }

    [Fact]
    public async Task Deleting_SaysWhatIsGone_AndRefusesTheOneThatARunNeeds()
    {
        Run run = _bench.Add(RunState.Running);
        _bench.Checkpoint(run, "checkpoint-1");
        _bench.Checkpoint(run, "checkpoint-2");
        await _service.Keep(run, "checkpoint-1", keep: true, Member);

        CheckpointOutcome refused = await _service.Delete(run, "checkpoint-2", Member), done = await _service.Delete(run, "checkpoint-1", Member);

        Assert.Contains("goes on from checkpoint-2", refused.Refusal, StringComparison.Ordinal);
        Assert.True(done.Checkpoint!.Bytes > 1000);
        Assert.Equal(["checkpoint-2"], _service.List(run.Id).Select(c => c.Name));
        Assert.Empty(Directory.EnumerateDirectories(_bench.Storage.Run(run.Id), ".tmp*"));
    }

    [Fact]
    public async Task WhoOnlyLooks_IsRefused_WhateverThePageOffers()
    {
        Run run = _bench.Add();
        _bench.Checkpoint(run, "checkpoint-1");
        var viewer = new Caller("v", "vera", UserRole.Viewer);

        CheckpointOutcome kept = await _service.Keep(run, "checkpoint-1", keep: true, viewer), deleted = await _service.Delete(run, "checkpoint-1", viewer);

        Assert.All([kept, deleted], o => Assert.Contains("for members", o.Refusal, StringComparison.Ordinal));
        Assert.False(Assert.Single(_service.List(run.Id)).Kept);
    }

    [Fact]
    public async Task TheTrainedStudent_StaysAsLongAsARunThatHasNotEndedStartsFromIt()
    {
        Run run = _bench.Add();
        _bench.Checkpoint(run, "student");
        Run other = _bench.Add(RunState.Queued, new RunConfig { Dataset = "quickstart:rl", Student = "run:" + run.Id });

        CheckpointOutcome refused = await _service.Delete(run, "student", Member);

        Assert.Contains($"'a run' (queued, {other.Id})", refused.Refusal, StringComparison.Ordinal);
        Assert.Single(_service.List(run.Id));
        using (RilDb db = _bench.CreateDbContext())
        {
            db.Runs.Single(r => r.Id == other.Id).State = RunState.Finished;
            db.SaveChanges();
        }
        Assert.Null((await _service.Delete(run, "student", Member)).Refusal);
        Assert.Empty(_service.List(run.Id));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../other")]
    [InlineData("checkpoint-1/../..")]
    [InlineData("checkpoint-01")]
    [InlineData("checkpoint-")]
    [InlineData("kept")]
    [InlineData("")]
    public async Task AnyOtherName_IsNoCheckpoint(string name)
    {
        Run run = _bench.Add();
        _bench.Checkpoint(run, "checkpoint-1");
        Assert.Null(_service.Folder(run.Id, name));
        Assert.Equal(new CheckpointOutcome(null), await _service.Delete(run, name, Member));
        Assert.Equal(new CheckpointOutcome(null), await _service.Keep(run, name, keep: true, Member));
        Assert.Single(_service.List(run.Id));
    }

    [Fact]
    public async Task TheZip_IsWrittenForward_WithoutASynchronousWrite_AndUnpacksToTheSameFiles()
    {
        Run run = _bench.Add();
        string folder = _bench.Checkpoint(run, "checkpoint-1", 300_000);
        File.CreateSymbolicLink(Path.Combine(folder, "link"), _bench.Storage.Database);
        var sent = new ForwardOnly();

        await CheckpointZip.Write(folder, "x", sent, TestContext.Current.CancellationToken);

        using var zip = new ZipArchive(new MemoryStream(sent.Written.ToArray()));
        Assert.Equal(["x/config.json", "x/manifest.json", "x/model.safetensors"], zip.Entries.Select(e => e.FullName));
        using var unpacked = new MemoryStream();
        using (Stream entry = zip.GetEntry("x/model.safetensors")!.Open()) entry.CopyTo(unpacked);
        Assert.Equal(File.ReadAllBytes(Path.Combine(folder, "model.safetensors")), unpacked.ToArray());
    }

    // As an answer over HTTP: no seeking, no waiting.
    private sealed class ForwardOnly : Stream
    {
        public MemoryStream Written { get; } = new();

        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush() => throw new InvalidOperationException("Synchronous operations are disallowed.");
        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new InvalidOperationException("Synchronous operations are disallowed.");
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => Written.WriteAsync(buffer, cancellationToken);
        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => Written.WriteAsync(buffer, offset, count, cancellationToken);
    }
}
