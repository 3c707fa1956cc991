using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace RIL.Web.Charts;

/// <summary>The same metric has the same title and the same sentence on every page.</summary>
public static partial class MetricGuide
{
    private static readonly ConcurrentDictionary<string, MetricInfo> Known = new(StringComparer.Ordinal);

    /// <summary>Sections in the order in which their charts stand.</summary>
    public static IReadOnlyList<string> Sections => [.. Entries.Select(e => e.Section).Distinct()];

    /// <summary>What a metric is; one that the guide does not know keeps its name, under its prefix.</summary>
    public static MetricInfo Of(string name) => Known.TryGetValue(name, out MetricInfo? info) ? info : Known.Count < 20_000 ? Known.GetOrAdd(name, Find) : Find(name);

    /// <summary>Whether the guide has a sentence for it.</summary>
    public static bool Knows(string name) => Of(name).Sentence.Length > 0;

    /// <summary>Names in the order in which people want them: section by section, what matters first, numbers in names by size.</summary>
    public static IEnumerable<MetricInfo> Sorted(IEnumerable<string> names) =>
        names.Select(Of).OrderBy(m => m.Order).ThenBy(m => m.Section, StringComparer.Ordinal).ThenBy(m => Digits().Replace(m.Name, d => d.Value.PadLeft(12, '0')), StringComparer.Ordinal);

    private static MetricInfo Find(string name)
    {
        for (int i = 0; i < Entries.Length; i++)
        {
            Entry entry = Entries[i];
            string[]? parts = Match(entry.Pattern, name);
            if (parts is null) continue;
            return new MetricInfo(name, Fill(entry.Title, parts), Fill(entry.Sentence, parts), entry.Unit, entry.HigherIsBetter, entry.Section, i);
        }
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        return new MetricInfo(name, name, "", "", null, slash > 0 ? name[..slash] : "Other", Entries.Length);
    }

    // A star in the pattern stands for anything but nothing; the answer holds what it stood for.
    private static string[]? Match(string pattern, string name)
    {
        string[] fixedParts = pattern.Split('*');
        if (fixedParts.Length == 1) return pattern == name ? [] : null;
        var found = new string[fixedParts.Length - 1];
        if (!name.StartsWith(fixedParts[0], StringComparison.Ordinal)) return null;
        int at = fixedParts[0].Length;
        for (int i = 1; i < fixedParts.Length; i++)
        {
            int next = i == fixedParts.Length - 1
                ? name.EndsWith(fixedParts[i], StringComparison.Ordinal) ? name.Length - fixedParts[i].Length : -1
                : name.IndexOf(fixedParts[i], Math.Min(at + 1, name.Length), StringComparison.Ordinal);
            if (next <= at) return null;
            found[i - 1] = name[at..next];
            at = next + fixedParts[i].Length;
        }
        return found;
    }

    private static string Fill(string text, string[] parts)
    {
        for (int i = 0; i < parts.Length; i++) text = text.Replace("{" + i + "}", parts[i], StringComparison.Ordinal);
        return text;
    }

    private sealed record Entry(string Section, string Pattern, string Title, string Sentence, string Unit = "", bool? HigherIsBetter = null);

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Digits();
}
