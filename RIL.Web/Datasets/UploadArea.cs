using System.Text.Json;
using Microsoft.Extensions.Options;
using RIL.Training;
using RIL.Training.Datasets;
using RIL.Web.Data;

namespace RIL.Web.Datasets;

/// <summary>
/// Where uploads lie until they are taken in or refused: a folder each, by identifier. A refused one is kept for a day, so that its problems can be read and its good
/// rows taken without a second upload.
/// </summary>
public sealed class UploadArea(Storage storage, IOptions<DatasetOptions> options, TimeProvider clock)
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);
    private const string ProblemFile = "problems.json";
    private const int Block = 1 << 17;

    private string Root => Path.Combine(storage.Root, "uploads");

    /// <summary>A new, empty folder; those of yesterday are removed at this occasion.</summary>
    public string Begin()
    {
        Directory.CreateDirectory(Root);
        foreach (string old in Directory.GetDirectories(Root))
            if (clock.GetUtcNow() - Directory.GetLastWriteTimeUtc(old) > Kept) Directory.Delete(old, recursive: true);
        string id = Identifier.Create();
        Directory.CreateDirectory(Folder(id));
        return id;
    }

    /// <summary>The folder of an upload.</summary>
    public string Folder(string id) => Identifier.IsValid(id) ? Path.Combine(Root, id) : throw new InputException($"'{id}' is no upload.");

    /// <summary>Whether the upload is still there.</summary>
    public bool Has(string id) => Identifier.IsValid(id) && Directory.Exists(Folder(id));

    /// <summary>Takes an upload out of everybody else's reach, for who takes it in; its folder then. Null where there is none, or somebody else has it.</summary>
    public string? Claim(string id)
    {
        if (!Has(id)) return null;
        try
        {
            Directory.Move(Folder(id), Claimed(id));
            return Claimed(id);
        }
        catch (DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Puts a claimed upload back.</summary>
    public void Release(string id) => Directory.Move(Claimed(id), Folder(id));

    /// <summary>Removes a claimed upload.</summary>
    public void DropClaimed(string id) => Directory.Delete(Claimed(id), recursive: true);

    private string Claimed(string id) => Folder(id) + ".claimed";

    /// <summary>Removes an upload; nothing happens where there is none.</summary>
    public void Drop(string id)
    {
        if (Has(id)) Directory.Delete(Folder(id), recursive: true);
    }

    /// <summary>Keeps what is wrong with an upload beside it.</summary>
    public void KeepProblems(string id, IReadOnlyList<DatasetProblem> problems) => File.WriteAllText(Path.Combine(Folder(id), ProblemFile), JsonSerializer.Serialize(problems));

    /// <summary>All problems of a refused upload; null where there is no such upload any more.</summary>
    public IReadOnlyList<DatasetProblem>? Problems(string id) =>
        Has(id) && Path.Combine(Folder(id), ProblemFile) is { } file && File.Exists(file) ? JsonSerializer.Deserialize<DatasetProblem[]>(File.ReadAllText(file)) : null;

    /// <summary>Writes what comes in to a file, up to the limit; throws <see cref="InputException"/> where it is larger or the disk too full.</summary>
    public async Task Receive(Stream body, string file, long? announced, CancellationToken cancellation)
    {
        long limit = options.Value.LargestUpload;
        if (announced > limit) throw TooLarge(limit);
        Room(announced ?? 0);
        await using var target = new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.None, Block, FileOptions.Asynchronous);
        var block = new byte[Block];
        long written = 0, looked = 0;
        int read;
        while ((read = await body.ReadAsync(block, cancellation)) > 0)
        {
            written += read;
            if (written > limit) throw TooLarge(limit);
            if (written - looked > 64L << 20)
            {
                looked = written;
                Room(0);
            }
            await target.WriteAsync(block.AsMemory(0, read), cancellation);
        }
        if (written == 0) throw new InputException("The upload is empty; send a file.");
    }

    /// <summary>Throws <see cref="InputException"/> where so many more bytes would leave too little of the disk.</summary>
    public void Room(long bytes)
    {
        long free = new DriveInfo(storage.Root).AvailableFreeSpace;
        if (free - bytes < options.Value.KeepFree)
            throw new InputException($"The disk of the storage folder has {Controls.Say.Bytes(free)} left, too little for this; empty the trash on the System page, or ask an administrator for room.");
    }

    private static InputException TooLarge(long limit) =>
        new($"The upload is larger than {Controls.Say.Bytes(limit)}, the limit of this site; make it smaller, or ask an administrator to raise Uploads:LargestUpload.");
}
