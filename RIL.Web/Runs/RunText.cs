using RIL.Training;
using RIL.Training.Configuration;
using RIL.Web.Data;

namespace RIL.Web.Runs;

/// <summary>Names and tags as people give them, made fit to be kept.</summary>
internal static class RunText
{
    private const int LongestTag = 60, MostTags = 30;

    /// <summary>A name from what a configuration does, e.g. <c>RIL A+B seed 2</c>.</summary>
    public static string NameOf(RunConfig config)
    {
        string teachers = config.UsesTeachers ? " " + string.Join('+', config.Teachers.Select(t => t.Name)) : "";
        string method = !config.TrainsPolicy ? "SFT" : config.UsesDiscriminator ? "RIL" : config.TeachersInGroup ? "GRPO with teachers" : "GRPO";
        return Cut($"{method}{teachers} seed {config.Seed}", GivenText.LongestName);
    }

    /// <summary>The name of a copy: <c>x (copy)</c>, <c>x (copy 2)</c>.</summary>
    public static string CopyOf(string name)
    {
        int at = name.LastIndexOf(" (copy", StringComparison.Ordinal);
        if (at < 0 || !name.EndsWith(')')) return Cut(name, GivenText.LongestName - 12) + " (copy)";
        string inside = name[(at + " (copy".Length)..^1].Trim();
        int number = int.TryParse(inside, out int given) ? given : 1;
        return $"{name[..at]} (copy {number + 1})";
    }

    /// <summary>Tags without blanks, empty ones and repetitions. Throws <see cref="InputException"/> where one is too long or there are too many.</summary>
    public static IReadOnlyList<string> Tags(IEnumerable<string?>? tags)
    {
        string[] given = [.. (tags ?? []).OfType<string>().Select(t => t.Trim()).Where(t => t.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase)];
        if (given.FirstOrDefault(t => t.Length > LongestTag) is { } tag) throw new InputException($"tags: '{Cut(tag, LongestTag)}…' has {tag.Length} characters; expected at most {LongestTag}.");
        return given.Length <= MostTags ? given : throw new InputException($"tags: there would be {given.Length}; a run has at most {MostTags}.");
    }

    /// <summary>The beginning of a text that nobody typed.</summary>
    public static string Cut(string text, int longest) => text[..Math.Min(text.Length, longest)];
}
