using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using RIL.Training;

namespace RIL.Web.Operations;

/// <summary>What the site is made of. What is not known is null.</summary>
/// <param name="Site">Version of this program.</param>
/// <param name="Trainer">Version of the trainer beside it.</param>
/// <param name="Dotnet">Version of .NET.</param>
/// <param name="TorchSharp">Version of TorchSharp that the trainer uses.</param>
/// <param name="Libtorch">Package of libtorch that the trainer uses, with its version.</param>
/// <param name="Sqlite">Version of SQLite.</param>
/// <param name="System">Operating system and processor.</param>
public sealed record Versions(string Site, string Trainer, string Dotnet, string? TorchSharp, string? Libtorch, string Sqlite, string System)
{
    private static readonly Lazy<string[]> TrainersLibraries = new(Libraries);

    /// <summary>Versions as files beside the program say them; nothing native is loaded for it.</summary>
    public static Versions Read(string sqlite) => new(
        Of(typeof(Versions).Assembly), Of(typeof(InputException).Assembly), Environment.Version.ToString(), Library("TorchSharp/")?.Split('/')[1],
        Library("libtorch-")?.Replace('/', ' '), sqlite, $"{RuntimeInformation.OSDescription} ({RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()})");

    private static string Of(Assembly assembly)
    {
        const int Hash = 8;
        string[] parts = (assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? assembly.GetName().Version?.ToString() ?? "").Split('+', 2);
        return parts is [var version, { Length: > Hash } hash] ? $"{version} ({hash[..Hash]})" : parts[0];
    }

    private static string? Library(string start) => TrainersLibraries.Value.FirstOrDefault(l => l.StartsWith(start, StringComparison.OrdinalIgnoreCase));

    // "name/version" of every package of the trainer.
    private static string[] Libraries()
    {
        string file = Path.Combine(AppContext.BaseDirectory, "RIL.Training.deps.json");
        if (!File.Exists(file)) return [];
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
        return document.RootElement.TryGetProperty("libraries", out JsonElement libraries) ? [.. libraries.EnumerateObject().Select(l => l.Name)] : [];
    }
}
