using System.Globalization;

namespace RIL.Training.Preflight;

/// <summary>How lengths in tokens are spread; all 0 where nothing was measured.</summary>
/// <param name="Count">Texts or pictures measured.</param>
/// <param name="Least">The shortest.</param>
/// <param name="Median">Half are at most as long.</param>
/// <param name="NinetyFifth">Of a hundred, 95 are at most as long.</param>
/// <param name="Most">The longest.</param>
public sealed record LengthFigures(int Count, int Least, int Median, int NinetyFifth, int Most)
{
    /// <summary>The figures of some lengths.</summary>
    public static LengthFigures Of(IEnumerable<int> lengths)
    {
        int[] sorted = [.. lengths.Order()];
        return sorted.Length == 0 ? new(0, 0, 0, 0, 0) : new(sorted.Length, sorted[0], At(0.5), At(0.95), sorted[^1]);

        int At(double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
    }
}

/// <summary>What a judge says of texts that ought to be right.</summary>
/// <param name="Asked">Texts judged.</param>
/// <param name="Right">Those that count as right.</param>
/// <param name="Abstained">Those on which the judge could not decide.</param>
/// <param name="RightByType">Share of right ones among those decided, by question type where rows have one.</param>
/// <param name="Example">A text that was not right and the judge's reason, or null.</param>
public sealed record JudgeFigures(int Asked, int Right, int Abstained, IReadOnlyDictionary<string, double> RightByType, string? Example)
{
    /// <summary>Those that count as wrong.</summary>
    public int Wrong => Asked - Right - Abstained;
}

/// <summary>A part of a whole in words.</summary>
internal static class Share
{
    /// <summary>In percent, and never 0 where there is any.</summary>
    public static string Percent(int part, int whole)
    {
        double percent = whole == 0 ? 0 : 100.0 * part / whole;
        return percent is > 0 and < 0.1 ? "less than 0.1 %" : part < whole && percent > 99.9 ? "more than 99.9 %"
            : string.Create(CultureInfo.InvariantCulture, $"{percent:0.#} %");
    }
}

/// <summary>What a data set holds.</summary>
/// <param name="Key">The setting that names it.</param>
/// <param name="Rows">Rows that can be used.</param>
/// <param name="BadRows">Rows that cannot.</param>
/// <param name="Pictures">Pictures of all rows.</param>
/// <param name="RowsWithoutPictures">Rows that show none.</param>
/// <param name="PromptTokens">Prompts with their pictures.</param>
/// <param name="PictureTokens">Each picture.</param>
/// <param name="AnswerTokens">Ground truths with their end token.</param>
/// <param name="AnswersCut">Ground truths longer than max_completion_length.</param>
/// <param name="PromptsTooLong">Prompts longer than max_prompt_length.</param>
public sealed record DataFigures(string Key, int Rows, int BadRows, int Pictures, int RowsWithoutPictures, LengthFigures PromptTokens,
    LengthFigures PictureTokens, LengthFigures AnswerTokens, int AnswersCut, int PromptsTooLong);

/// <summary>What the judge says of a data set's ground truths: given as the answer alone, and in the usual wrappings.</summary>
/// <param name="Key">The setting that names the data set.</param>
/// <param name="AsGiven">The ground truth as the whole answer.</param>
/// <param name="Wrapped">In each wrapping, under how it looks.</param>
/// <param name="RightInAny">Ground truths that count as right in one form at least.</param>
public sealed record TruthFigures(string Key, JudgeFigures AsGiven, IReadOnlyDictionary<string, JudgeFigures> Wrapped, int RightInAny);

/// <summary>A teacher's kept answers to the questions of the data set.</summary>
/// <param name="Teacher">The teacher.</param>
/// <param name="Answers">How many there are.</param>
/// <param name="Looked">How many were looked at; a spread sample where there are very many.</param>
/// <param name="Tokens">Lengths with their end token, in the student's tokens.</param>
/// <param name="Cut">Those longer than max_completion_length, among those looked at.</param>
/// <param name="Judged">What the judge says of them; null where it is not asked.</param>
public sealed record TeacherFigures(string Teacher, int Answers, int Looked, LengthFigures Tokens, int Cut, JudgeFigures? Judged);

/// <summary>What was found before training.</summary>
/// <param name="Findings">Errors, warnings and what is worth knowing, in this order.</param>
/// <param name="Data">The data sets.</param>
/// <param name="Truths">Their ground truths before the judge.</param>
/// <param name="Teachers">The teachers' kept answers.</param>
/// <param name="Seconds">How long the check took.</param>
public sealed record PreflightReport(IReadOnlyList<Finding> Findings, IReadOnlyList<DataFigures> Data, IReadOnlyList<TruthFigures> Truths,
    IReadOnlyList<TeacherFigures> Teachers, double Seconds)
{
    /// <summary>Whether a run may start.</summary>
    public bool Passes => Findings.All(f => f.Kind != FindingKind.Error);
}
