using System.Globalization;
using RIL.Web.Controls;

namespace RIL.Web.Runs.Completions;

/// <summary>How the numbers of an answer are written.</summary>
internal static class AnswerWords
{
    /// <summary>Who wrote it.</summary>
    public static string Who(CompletionOutput output, int index) => output.IsStudent ? $"student {index + 1}" : $"teacher {output.Source}";

    /// <summary>Its colour: the student's, or the teacher's by place.</summary>
    public static string Color(CompletionOutput output, IReadOnlyList<string> teachers) => SeriesColors.Css(output.IsStudent ? 0 : 1 + Math.Max(0, teachers.ToList().IndexOf(output.Source)));

    /// <summary>Two decimals.</summary>
    public static string Fixed(double? value) => value is { } v ? v.ToString("0.00", CultureInfo.InvariantCulture).Replace('-', '−') : "–";

    /// <summary>Two decimals and always a sign.</summary>
    public static string Signed(double? value) => value is { } v ? (v > 0 ? "+" : "") + Fixed(v) : "–";

    /// <summary>The CSS class of a gain or a loss.</summary>
    public static string Sign(double? value) => value switch { > 0 => "ok", < 0 => "bad", _ => "muted" };

    /// <summary>The judge's verdict: 0, 1, or what lies between.</summary>
    public static string Verdict(double? value) => value is 0 or 1 ? value.Value.ToString("0", CultureInfo.InvariantCulture) : Fixed(value);

    /// <summary>Every reward by name.</summary>
    public static string Rewards(CompletionOutput output) => string.Join(", ", output.Rewards.Select(r => $"{r.Key} {Say.Number(r.Value)}"));
}
