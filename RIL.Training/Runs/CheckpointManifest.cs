using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace RIL.Training.Runs;

/// <summary>List of a checkpoint's files with their sizes and SHA-256; a checkpoint without it is not complete.</summary>
internal static class CheckpointManifest
{
    public const string Name = "manifest.json";

    public static void Write(string folder)
    {
        var files = new JsonObject();
        foreach (string path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string name = Path.GetRelativePath(folder, path).Replace('\\', '/');
            files[name] = new JsonObject { ["bytes"] = new FileInfo(path).Length, ["sha256"] = Hash(path) };
        }
        Durable.WriteText(Path.Combine(folder, Name), new JsonObject { ["files"] = files }.ToJsonString(new() { WriteIndented = true })
            + "\n");
    }

    /// <summary>
    /// What is wrong with a checkpoint, or null; without <paramref name="hashes"/> only names and sizes are compared.
    /// </summary>
    public static string? Problem(string folder, bool hashes = true)
    {
        string path = Path.Combine(folder, Name);
        if (!Directory.Exists(folder)) return "the folder does not exist";
        if (!File.Exists(path)) return $"{Name} is missing, so it was never completed";
        try
        {
            JsonObject files = JsonNode.Parse(File.ReadAllText(path))!["files"]!.AsObject();
            return files.Select(f => Problem(folder, f.Key, f.Value!["bytes"]!.GetValue<long>(),
                hashes ? f.Value["sha256"]!.GetValue<string>() : null))
                .FirstOrDefault(p => p is not null);
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or NullReferenceException
            or InvalidOperationException or FormatException)
        {
            return $"{Name} cannot be read";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"it cannot be read ({e.Message})";
        }
    }

    /// <summary>Names, sizes and times of a checkpoint's files: as long as they stay, its hashes need not be taken again.</summary>
    public static string Outside(string folder) => !Directory.Exists(folder) ? "" : string.Join('\n',
        new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).OrderBy(f => f.FullName, StringComparer.Ordinal)
            .Select(f => $"{f.FullName} {f.Length} {f.LastWriteTimeUtc.Ticks}"));

    private static string? Problem(string folder, string name, long bytes, string? hash)
    {
        var file = new FileInfo(Path.Combine(folder, name));
        if (!file.Exists) return $"{name} is missing";
        if (file.Length != bytes) return $"{name} has {file.Length} bytes and had {bytes} when it was written";
        return hash is null || Hash(file.FullName) == hash ? null : $"the content of {name} is not what was written";
    }

    private static string Hash(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
