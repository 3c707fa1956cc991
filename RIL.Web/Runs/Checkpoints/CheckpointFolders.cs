using System.Security.Cryptography;
using System.Text.Json;

namespace RIL.Web.Runs.Checkpoints;

/// <summary>
/// The checkpoints of a run folder as files. One that is kept is a second set of names for the same files (hard links) under <c>kept/</c>, where the trainer's pruning does not look:
/// it takes no space until the trainer removes the first.
/// </summary>
internal sealed class CheckpointFolders(string runFolder)
{
    private const string KeptFolder = "kept", Manifest = "manifest.json";
    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };

    /// <summary>Newest first; the trained student before all.</summary>
    public IReadOnlyList<CheckpointInfo> List()
    {
        long[] ofTrainer = Steps(runFolder), kept = Steps(Path.Combine(runFolder, KeptFolder));
        long newest = ofTrainer.DefaultIfEmpty(-1).Max();
        IEnumerable<CheckpointInfo?> all = ofTrainer.Union(kept).OrderDescending().Select(step => Describe(CheckpointName.Of(step), kept.Contains(step), step == newest));
        return [.. all.Prepend(Describe(CheckpointName.Student, false, false)).OfType<CheckpointInfo>()];
    }

    /// <summary>One of them; null where it does not exist.</summary>
    public CheckpointInfo? Find(string name) => CheckpointName.IsValid(name) ? List().FirstOrDefault(c => c.Name == name) : null;

    /// <summary>One of them with a hash of every file: the trained student has no list of its own.</summary>
    public CheckpointInfo? Hashed(string name)
    {
        if (Find(name) is not { } found || Folder(name) is not { } folder) return null;
        return found with { Files = [.. found.Files.Select(f => f.Sha256 is null ? f with { Sha256 = Hash(Path.Combine(folder, f.Name)) } : f)] };
    }

    /// <summary>Where its files lie; null where they do not.</summary>
    public string? Folder(string name)
    {
        if (!CheckpointName.IsValid(name)) return null;
        return new[] { OfTrainer(name), Kept(name) }.FirstOrDefault(Directory.Exists);
    }

    /// <summary>Gives the files second names, complete or not at all.</summary>
    public void Keep(string name)
    {
        string source = OfTrainer(name), target = Kept(name), beside = target + ".tmp";
        if (Directory.Exists(target)) return;
        if (Directory.Exists(beside)) Directory.Delete(beside, recursive: true);
        foreach (string file in Directory.EnumerateFiles(source, "*", Everything))
        {
            string link = Path.Combine(beside, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(link)!);
            HardLink.CreateOrCopy(file, link);
        }
        Directory.Move(beside, target);
    }

    /// <summary>Takes the second names away; where they were the only ones they become the first again.</summary>
    public void Release(string name)
    {
        string kept = Kept(name);
        if (!Directory.Exists(kept)) return;
        if (Directory.Exists(OfTrainer(name))) Directory.Delete(kept, recursive: true);
        else Directory.Move(kept, OfTrainer(name));
    }

    /// <summary>Removes it for good.</summary>
    public void Delete(string name)
    {
        if (Directory.Exists(Kept(name))) Directory.Delete(Kept(name), recursive: true);
        if (!Directory.Exists(OfTrainer(name))) return;
        // A delete that is interrupted must not leave a folder that looks like a checkpoint; the trainer clears away what has such a name.
        string leaving = Path.Combine(runFolder, $".tmp-checkpoint-{name}-{Guid.NewGuid():N}");
        Directory.Move(OfTrainer(name), leaving);
        Directory.Delete(leaving, recursive: true);
    }

    /// <summary>The files of a folder, by name within it.</summary>
    public static IEnumerable<(string Name, string Path)> Files(string folder) =>
        Directory.EnumerateFiles(folder, "*", Everything).Select(path => (Path.GetRelativePath(folder, path).Replace('\\', '/'), path)).OrderBy(f => f.Item1, StringComparer.Ordinal);

    private string OfTrainer(string name) => Path.Combine(runFolder, Checked(name));

    private string Kept(string name) => Path.Combine(runFolder, KeptFolder, Checked(name));

    private static string Checked(string name) => CheckpointName.IsValid(name) ? name : throw new ArgumentException($"'{name}' is no checkpoint.", nameof(name));

    private CheckpointInfo? Describe(string name, bool kept, bool newest)
    {
        if (Folder(name) is not { } folder) return null;
        try
        {
            Dictionary<string, string> hashes = Hashes(folder);
            CheckpointFile[] files = [.. Files(folder).Select(f => new CheckpointFile(f.Name, new FileInfo(f.Path).Length, hashes.GetValueOrDefault(f.Name)))];
            return new CheckpointInfo(name, CheckpointName.Step(name), files.Sum(f => f.Bytes), new DateTimeOffset(Written(folder)), kept, newest, files);
        }
        catch (Exception e) when (e is DirectoryNotFoundException or FileNotFoundException)
        {
            // The trainer pruned it at this moment.
            return null;
        }
    }

    // Keeping moves and links folders; the file written last does not change by it.
    private static DateTime Written(string folder) => Files(folder).Select(f => File.GetLastWriteTimeUtc(f.Path)).DefaultIfEmpty(Directory.GetLastWriteTimeUtc(folder)).Max();

    private static Dictionary<string, string> Hashes(string folder)
    {
        string path = Path.Combine(folder, Manifest);
        if (!File.Exists(path)) return [];
        try
        {
            using JsonDocument manifest = JsonDocument.Parse(File.ReadAllBytes(path));
            return manifest.RootElement.GetProperty("files").EnumerateObject().ToDictionary(f => f.Name, f => f.Value.GetProperty("sha256").GetString() ?? "");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return [];
        }
    }

    private static string Hash(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    private static long[] Steps(string folder) =>
        Directory.Exists(folder) ? [.. Directory.EnumerateDirectories(folder, "checkpoint-*").Select(f => CheckpointName.Step(Path.GetFileName(f))).OfType<long>()] : [];
}
