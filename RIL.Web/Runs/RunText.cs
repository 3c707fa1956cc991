using RIL.Training.Runs;

namespace RIL.Web.Runs;

/// <summary>Names and tags as people give them, made fit to be kept.</summary>
internal static class RunText
{
    private const int LongestName = 200, LongestTag = 60, MostTags = 30;

    /// <summary>A name without blanks around it, cut where it is too long; null where nothing is left.</summary>
    public static string? Name(string? text) => text?.Trim() is { Length: > 0 } name ? name[..Math.Min(name.Length, LongestName)] : null;

    /// <summary>A name from what a configuration does, e.g. <c>RIL A+B seed 2</c>.</summary>
    public static string NameOf(RunConfig config)
    {
        string teachers = config.UsesTeachers ? " " + string.Join('+', config.Teachers.Select(t => t.Name)) : "";
        string method = !config.TrainsPolicy ? "SFT" : config.UsesDiscriminator ? "RIL" : config.TeachersInGroup ? "GRPO with teachers" : "GRPO";
        return Name($"{method}{teachers} seed {config.Seed}")!;
    }

    /// <summary>The name of a copy: <c>x (copy)</c>, <c>x (copy 2)</c>.</summary>
    public static string CopyOf(string name)
    {
        int at = name.LastIndexOf(" (copy", StringComparison.Ordinal);
        if (at < 0 || !name.EndsWith(')')) return Name(name)![..Math.Min(name.Length, LongestName - 12)] + " (copy)";
        string inside = name[(at + " (copy".Length)..^1].Trim();
        int number = int.TryParse(inside, out int given) ? given : 1;
        return $"{name[..at]} (copy {number + 1})";
    }

    /// <summary>Tags without blanks, empty ones and repetitions.</summary>
    public static IEnumerable<string> Tags(IEnumerable<string?>? tags) =>
        (tags ?? []).OfType<string>().Select(t => t.Trim()).Where(t => t.Length > 0).Select(t => t[..Math.Min(t.Length, LongestTag)]).Distinct(StringComparer.OrdinalIgnoreCase).Take(MostTags);
}
