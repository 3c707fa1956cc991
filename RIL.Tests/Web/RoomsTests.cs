using System.Text.RegularExpressions;

namespace RIL.Tests.Web;

/// <summary>The table of slices in docs/site.md says the truth: every folder of the site has a row, uses those that its row names, and no other.</summary>
public sealed partial class RoomsTests
{
    private const string FreeToAll = "Free to every slice";

    private readonly string _project = Path.Combine(SiteFixture.Root(), "RIL.Web");
    private readonly Row[] _rows;
    private readonly HashSet<string> _slices;
    private readonly List<Use> _uses = [];

    public RoomsTests()
    {
        IEnumerable<string> lines = File.ReadLines(Path.Combine(SiteFixture.Root(), "docs", "site.md")).SkipWhile(l => !l.StartsWith("| slice", StringComparison.Ordinal)).Skip(2).TakeWhile(l => l.StartsWith('|'));
        _rows = [.. lines.Select(l => l.Trim('|').Split('|')).Select(c => new Row(Names(c[0]), Names(c[2]), c[2].Contains(FreeToAll, StringComparison.Ordinal)))];
        _slices = [.. _rows.SelectMany(r => r.Slices)];
        foreach (string folder in Directory.EnumerateDirectories(_project).Where(d => Path.GetFileName(d) is not ("bin" or "obj")))
        {
            foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            {
                // RilDb names every slice's tables, and so do the migrations that are made from it.
                if (Path.GetExtension(file) is not (".cs" or ".razor") || Path.GetFileName(file) == "RilDb.cs" || file.Contains("Migrations", StringComparison.Ordinal)) continue;
                string place = Path.GetRelativePath(_project, file), slice = SliceOf(Path.GetDirectoryName(place)!.Split(Path.DirectorySeparatorChar));
                foreach (Match name in Name().Matches(File.ReadAllText(file))) _uses.Add(new Use(slice, SliceOf(name.Groups[1].Value.Split('.')), place));
            }
        }
    }

    [Fact]
    public void EverySlice_UsesOnlyThoseThatItsRowNames()
    {
        HashSet<string> free = [.. _rows.Where(r => r.Free).SelectMany(r => r.Slices)];
        Dictionary<string, Row> rows = _rows.SelectMany(r => r.Slices.Select(s => (s, r))).ToDictionary();
        Assert.True(_uses.Count > 200, $"{_uses.Count} uses were found.");
        Assert.Empty(_uses.Where(u => !free.Contains(u.Used) && !rows[u.Slice].Slices.Contains(u.Used) && !rows[u.Slice].MayUse.Contains(u.Used)).Select(u => $"{u.Slice} uses {u.Used} ({u.File})").Distinct());
    }

    [Fact]
    public void EverySliceThatARowNames_IsUsedThere()
    {
        HashSet<(string, string)> used = [.. _uses.Select(u => (u.Slice, u.Used))];
        // What lies in a slice's folder sees it without naming it.
        Assert.Empty(_rows.SelectMany(r => r.MayUse.Where(name => !r.Slices.Any(s => used.Contains((s, name)) || s.StartsWith(name + "/", StringComparison.Ordinal))).Select(name => $"{string.Join(", ", r.Slices)}: {name}")));
    }

    // The longest beginning of a name that has a row.
    private string SliceOf(string[] parts)
    {
        for (int length = parts.Length; length > 0; length--)
            if (_slices.Contains(string.Join('/', parts[..length]))) return string.Join('/', parts[..length]);
        throw new InvalidOperationException($"The table in docs/site.md has no row for {string.Join('/', parts)}.");
    }

    private static string[] Names(string cell) => [.. Quoted().Matches(cell).Select(m => m.Groups[1].Value)];

    [GeneratedRegex("`([A-Z][A-Za-z/]*)`")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"(?<!namespace )RIL\.Web\.([A-Z][A-Za-z.]*)")]
    private static partial Regex Name();

    private sealed record Row(string[] Slices, string[] MayUse, bool Free);

    private sealed record Use(string Slice, string Used, string File);
}
