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

    /// <summary>What is wrong with a checkpoint, or null.</summary>
    public static string? Problem(string folder)
    {
        string path = Path.Combine(folder, Name);
        if (!Directory.Exists(folder)) return "the folder does not exist";
        if (!File.Exists(path)) return $"{Name} is missing, so it was never completed";
        try
        {
            JsonObject files = JsonNode.Parse(File.ReadAllText(path))!["files"]!.AsObject();
            return files.Select(f => Problem(folder, f.Key, f.Value!["bytes"]!.GetValue<long>(), f.Value["sha256"]!.GetValue<string>()))
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

    private static string? Problem(string folder, string name, long bytes, string hash)
    {
        var file = new FileInfo(Path.Combine(folder, name));
        if (!file.Exists) return $"{name} is missing";
        if (file.Length != bytes) return $"{name} has {file.Length} bytes and had {bytes} when it was written";
        return Hash(file.FullName) == hash ? null : $"the content of {name} is not what was written";
    }

    private static string Hash(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
