using System.Runtime.CompilerServices;
using System.Text.Json;
using RIL.Training.Rewards;

namespace RIL.Tests.Training.Rewards;

/// <summary>The table of judged answers, row by row, and the page that shows it.</summary>
public sealed class JudgedAnswersTests
{
    private static readonly JsonSerializerOptions Snake = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static TheoryData<int> Numbers() => [.. Enumerable.Range(0, Rows().Count)];

    [Theory]
    [MemberData(nameof(Numbers))]
    public void EveryRow_IsJudgedAsAPersonWould(int number)
    {
        JudgedRow row = Rows()[number];
        var judge = new RuleJudge(Rule(row.Judge), row.Judge == "after_marker" ? "answer :" : null,
            Enum.Parse<AnswerPattern>(row.Pattern ?? "auto", ignoreCase: true));
        Verdict verdict = judge.Judge(row.Truth, row.Answer);
        string said = verdict.IsRight switch { true => "right", false => "wrong", _ => "abstain" };
        Assert.True(row.Verdict == said,
            $"{row.Judge} truth '{row.Truth}' answer '{row.Answer}': {said} ({verdict.Reason}), not {row.Verdict}: {row.Why}");
        Assert.Equal(said == "right", verdict.Reason is null);
    }

    [Fact]
    public void TheTable_IsLongAndHasEveryVerdictOfEveryRule()
    {
        Assert.True(Rows().Count >= 300);
        foreach (JudgeRule rule in Enum.GetValues<JudgeRule>())
            Assert.Equal(["abstain", "right", "wrong"], Rows().Where(r => Rule(r.Judge) == rule).Select(r => r.Verdict)
                .Distinct().Order());
        Assert.All(Rows(), r => Assert.False(string.IsNullOrWhiteSpace(r.Why)));
        Assert.Equal(Rows().Count, Rows().Select(r => (r.Judge, r.Pattern, r.Truth, r.Answer)).Distinct().Count());
    }

    [Fact]
    public void TheDocumentedTable_IsTheTestedOne()
    {
        string page = File.ReadAllText(Path.Combine(Root, "docs", "judges.md")).ReplaceLineEndings("\n");
        string table = string.Concat(Rows().Select(r => $"{r.Markdown()}\n"));
        Assert.Contains(table, page, StringComparison.Ordinal);
    }

    private static string Root => Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", "..");

    private static JudgeRule Rule(string name) => Enum.Parse<JudgeRule>(name.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);

    private static readonly Lazy<IReadOnlyList<JudgedRow>> Table = new(() =>
        [.. File.ReadLines(Path.Combine(Path.GetDirectoryName(Here())!, "judged-answers.jsonl"))
            .Select(line => JsonSerializer.Deserialize<JudgedRow>(line, Snake)!)]);

    private static IReadOnlyList<JudgedRow> Rows() => Table.Value;

    private static string Here([CallerFilePath] string path = "") => path;

    private sealed record JudgedRow(string Judge, string? Pattern, string Truth, string Answer, string Verdict, string Why)
    {
        public string Markdown() =>
            $"| {Judge}{(Pattern is null ? "" : $", {Pattern}")} | {Code(Truth)} | {Code(Answer)} | {Verdict} | "
                + $"{Why.Replace("|", "\\|", StringComparison.Ordinal)} |";

        // Line ends become a sign; a bar would end the cell, and a backtick the code.
        private static string Code(string text) => text.Length == 0 ? "" : $"<code>{text.Replace("&", "&amp;", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal)
            .Replace("\n", "↵", StringComparison.Ordinal).Replace("|", "&#124;", StringComparison.Ordinal)
            .Replace("*", "&#42;", StringComparison.Ordinal).Replace("_", "&#95;", StringComparison.Ordinal)
            .Replace("\\", "&#92;", StringComparison.Ordinal).Replace("$", "&#36;", StringComparison.Ordinal)}</code>";
    }
}
