using System.Text.RegularExpressions;
using RIL.Web.Controls;

namespace RIL.Tests.Web.Charts;

/// <summary>The colours of lines, read from the style sheet: each two are told apart by every eye, and all of them stand out from the ground.</summary>
public sealed partial class SeriesColorTests
{
    public static TheoryData<string, string> ThemesAndEyes => [.. new[] { "light", "dark" }.SelectMany(theme => ColorSight.Eyes.Keys.Select(eye => (theme, eye)))];

    [Theory]
    [MemberData(nameof(ThemesAndEyes))]
    public void EachTwoColours_AreFarApart(string theme, string eye)
    {
        string[] colors = [.. Enumerable.Range(0, SeriesColors.Count).Select(i => Variables(theme)[$"series-{i}"])];
        var pairs =
            from i in Enumerable.Range(0, colors.Length)
            from j in Enumerable.Range(0, i)
            select (Pair: $"{colors[j]} {colors[i]}", Distance: ColorSight.Distance(ColorSight.Seen(colors[i], eye), ColorSight.Seen(colors[j], eye)));
        Assert.All(pairs, p => Assert.True(p.Distance >= 12, $"{p.Pair}: {p.Distance:0.0}"));
    }

    [Theory]
    [InlineData("light")]
    [InlineData("dark")]
    public void EveryColour_StandsOutFromTheGroundOfAChart(string theme)
    {
        IReadOnlyDictionary<string, string> variables = Variables(theme);
        for (int i = 0; i < SeriesColors.Count; i++)
            Assert.True(ColorSight.Contrast(variables[$"series-{i}"], variables["surface"]) >= 3, $"--series-{i} {variables[$"series-{i}"]}");
    }

    // A contrast of 3 is too little for words: those need 4.5.
    [Fact]
    public void NoText_IsInTheColourOfALine()
    {
        string[] styles = [.. Directory.GetFiles(Path.Combine(SiteFixture.Root(), "wwwroot", "css"), "*.css").Select(File.ReadAllText)];
        string[] markup = [.. Directory.GetFiles(Path.Combine(SiteFixture.Root(), "RIL.Web"), "*.razor", SearchOption.AllDirectories).Select(File.ReadAllText)];
        Assert.All(styles.Concat(markup), text => Assert.DoesNotMatch("""(?<![\w-])color:\s*(var\(--series|@\(?(SeriesColors|AnswerWords))""", text));
    }

    // The examples of the paper that lie around its discontinuities, and two of known contrast.
    [Fact]
    public void Distances_AreThoseOfThePaper()
    {
        Assert.Equal(2.0425, ColorSight.Distance((50, 2.6772, -79.7751), (50, 0, -82.7485)), 4);
        Assert.Equal(7.2195, ColorSight.Distance((50, 2.49, -0.001), (50, -2.49, 0.0011)), 4);
        Assert.Equal(27.1492, ColorSight.Distance((50, 2.5, 0), (73, 25, -18)), 4);
        Assert.Equal(21, ColorSight.Contrast("#000000", "#ffffff"), 6);
    }

    private static Dictionary<string, string> Variables(string theme)
    {
        string css = File.ReadAllText(Path.Combine(SiteFixture.Root(), "wwwroot", "css", "site.css"));
        string head = theme == "dark" ? ":root[data-theme=dark] {" : ":root {";
        int from = css.IndexOf(head, StringComparison.Ordinal);
        return Variable().Matches(css[from..css.IndexOf('}', from)]).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value);
    }

    [GeneratedRegex("--([a-z0-9-]+): (#[0-9a-f]{6})")]
    private static partial Regex Variable();
}
