using RIL.Training.Datasets;
using RIL.Training.Models;

namespace RIL.Training.Teachers;

/// <summary>How long a teacher's answers are in the student's tokens, end token included, and how many stopped before their end.</summary>
/// <param name="Sorted">Lengths of the answers looked at, ascending.</param>
/// <param name="Truncated">How many of these were cut when they were collected.</param>
public sealed record AnswerLengths(IReadOnlyList<int> Sorted, int Truncated)
{
    private const int MostAnswers = 20_000; // some seconds; more would not say more

    /// <summary>Looks at a teacher's answers to the questions, evenly spread ones where there are very many.</summary>
    public static AnswerLengths Of(KeptAnswers kept, string teacher, IReadOnlyList<Example> questions, IPromptEncoder encoder)
    {
        KeptAnswer[] all = [.. questions.SelectMany(q => kept.Of(teacher, q.Id))];
        if (all.Length > MostAnswers) all = [.. Enumerable.Range(0, MostAnswers).Select(i => all[(long)i * all.Length / MostAnswers])];
        var lengths = new int[all.Length];
        Parallel.For(0, all.Length, i => lengths[i] = encoder.EncodeCompletion(all[i].Text).Length + (all[i].Truncated ? 0 : 1));
        Array.Sort(lengths);
        return new AnswerLengths(lengths, all.Count(a => a.Truncated));
    }

    /// <summary>The length that holds a part (0 to 1) of the answers; 0 where there are none.</summary>
    public int Holding(double part) => Sorted.Count == 0 ? 0 : Sorted[Math.Max(0, (int)Math.Ceiling(part * Sorted.Count) - 1)];

    /// <summary>Part of the answers that are longer than a limit.</summary>
    public double LongerThan(int limit) => Sorted.Count == 0 ? 0 : Sorted.Count(l => l > limit) / (double)Sorted.Count;

    /// <summary>A sentence where answers do not fit or were cut before; null where all are whole.</summary>
    public string? Warning(string teacher, int limit)
    {
        double longer = LongerThan(limit);
        if (longer == 0 && Truncated == 0) return null;
        string sentence = $"Teacher {teacher}:";
        if (longer > 0)
            sentence += FormattableString.Invariant(
                $" {100 * longer:0.##} % of its answers are longer than max_completion_length, {limit}, ")
                + $"and are cut there: they are judged by what is left, without an end. {Holding(0.95)} tokens hold 95 % of them.";
        if (Truncated > 0)
            sentence += FormattableString.Invariant($" {100.0 * Truncated / Sorted.Count:0.##} % of its answers stopped at the longest ")
                + "length when they were collected; nothing is taught to end there. Collect with a larger max_completion_length.";
        return sentence;
    }
}
