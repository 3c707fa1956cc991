using System.Text.Json;
using RIL.Training.Configuration;

namespace RIL.Training.Preflight;

/// <summary>Something that is read, and where it lies; what is not there, or comes with the program, is not compared.</summary>
/// <param name="What">What it is, as a message calls it.</param>
/// <param name="Path">File or folder.</param>
public sealed record InputPlace(string What, string Path);

/// <summary>
/// Whether what is written has a place of its own: nothing is written onto, around or into what is read, and no folder is taken that
/// holds what this program did not write. Links are followed and relative paths made whole before places are compared.
/// </summary>
public static class OutputPlaces
{
    private const int MostLinks = 40, Named = 3;

    // What whoever starts a trainer puts into the folder before it.
    private static readonly string[] PutThereBefore =
        ["trainer.pid", "trainer.asked-by-site", "request.json", "control", "lease", "kept", "events.jsonl.lock"];

    // Windows and macOS take A and a for the same name.
    private static readonly StringComparison Names = OperatingSystem.IsWindows() || OperatingSystem.IsMacOS()
        ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    /// <summary>What a run of this configuration reads.</summary>
    public static IEnumerable<InputPlace> Inputs(RunConfig config)
    {
        yield return new("student", config.Student);
        yield return new("dataset", config.Dataset);
        foreach ((string key, string? path) in new[] { ("sft_dataset", config.SftDataset), ("eval_dataset", config.EvalDataset),
            ("validation_dataset", config.ValidationDataset) })
            if (path is not null) yield return new(key, path);
        foreach (TeacherSource teacher in config.Teachers)
        {
            if (teacher.Checkpoint is not null) yield return new($"the checkpoint of teacher '{teacher.Name}'", teacher.Checkpoint);
            // Answers of a teacher with a checkpoint are collected by the run itself, where it likes.
            else yield return new($"the answers of teacher '{teacher.Name}'", teacher.Answers);
        }
    }

    /// <summary>
    /// Throws <see cref="InputException"/> where an output file or folder is, holds or lies within an input; <paramref name="option"/> is
    /// what chose it.
    /// </summary>
    /// <param name="option">For instance <c>--output</c>.</param>
    /// <param name="output">The file or folder to be written.</param>
    /// <param name="inputs">What is read.</param>
    /// <param name="mayHold">Whether inputs may lie within the output folder, as runs of a study that start from one another.</param>
    public static void RequireApart(string option, string output, IEnumerable<InputPlace> inputs, bool mayHold = false)
    {
        string written = Real(output);
        foreach (InputPlace input in inputs)
        {
            if (input.Path.Length == 0 || InputReference.IsBuiltIn(input.Path)) continue;
            string read = Real(input.Path);
            if (!Exists(read)) continue;
            string? fault = string.Equals(read, written, Names) ? "is"
                : Directory.Exists(read) && IsWithin(written, read) ? "lies within"
                : !mayHold && IsWithin(read, written) ? "holds" : null;
            if (fault is not null)
                throw new InputException($"{option} {output} {fault} {input.What}, {input.Path}, which would be written over; choose "
                    + "another place, outside of everything that is read.");
        }
    }

    /// <summary>
    /// Throws <see cref="InputException"/> where a folder holds something else than a run; an empty one, or one that is not there, is
    /// fine.
    /// </summary>
    public static void RequireRunFolder(string option, string folder)
    {
        if (File.Exists(Path.Combine(folder, "events.jsonl"))) return;
        RequireEmpty(option, folder, "a run", name => PutThereBefore.Contains(name) || name.EndsWith(".log", StringComparison.Ordinal));
    }

    /// <summary>
    /// Throws <see cref="InputException"/> where a folder holds anything but what <paramref name="known"/> names; <paramref name="what"/>
    /// says what would have been expected.
    /// </summary>
    public static void RequireEmpty(string option, string folder, string what, Func<string, bool> known)
    {
        if (File.Exists(folder)) throw new InputException($"{option} {folder} is a file; expected a new or empty folder.");
        if (!Directory.Exists(folder)) return;
        string[] others = [.. Directory.EnumerateFileSystemEntries(folder).Select(e => Path.GetFileName(e)!)
            .Where(n => !known(n)).Order()];
        if (others.Length > 0)
            throw new InputException($"{option} {folder} holds what {what} has not written ({string.Join(", ", others.Take(Named))}"
                + $"{(others.Length > Named ? ", …" : "")}); choose a new or empty folder.");
    }

    /// <summary>
    /// Throws <see cref="InputException"/> where a file of JSON lines exists whose first line is not one that <paramref name="own"/> knows
    /// for this program's.
    /// </summary>
    public static void RequireOwnLines(string option, string file, string what, Func<JsonElement, bool> own)
    {
        if (Directory.Exists(file)) throw new InputException($"{option} {file} is a folder; expected a file.");
        if (!File.Exists(file) || new FileInfo(file).Length == 0) return;
        try
        {
            using JsonDocument first = JsonDocument.Parse(File.ReadLines(file).First());
            if (first.RootElement.ValueKind == JsonValueKind.Object && own(first.RootElement)) return;
        }
        catch (JsonException)
        {
            // not one of this program's, which is said below
        }
        throw new InputException($"{option} {file} exists, and it is not {what} that this program wrote; choose another file.");
    }

    /// <summary>The path with every link on the way followed, as far as it exists.</summary>
    public static string Real(string path)
    {
        string full = Path.GetFullPath(path), at = Path.GetPathRoot(full)!;
        var parts = new Stack<string>(Parts(full, at).Reverse());
        for (int links = 0; parts.TryPop(out string? part);)
        {
            string next = Path.Combine(at, part);
            if (new FileInfo(next).LinkTarget is not { } target || ++links > MostLinks)
            {
                at = next;
                continue;
            }
            string resolved = Path.GetFullPath(target, at);
            at = Path.GetPathRoot(resolved)!;
            foreach (string piece in Parts(resolved, at).Reverse()) parts.Push(piece);
        }
        return Path.TrimEndingDirectorySeparator(at);
    }

    private static string[] Parts(string full, string root) => full[root.Length..].Split(
        [Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);

    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);

    private static bool IsWithin(string path, string folder) =>
        path.StartsWith(Path.EndsInDirectorySeparator(folder) ? folder : folder + Path.DirectorySeparatorChar, Names);
}
