using RIL.Training.Datasets;
using RIL.Training.Randomness;

namespace RIL.Training.Teachers;

/// <summary>A teacher and its share of a question's answers, relative to the other teachers'.</summary>
public sealed record TeacherShare(string Teacher, double Weight = 1);

/// <summary>
/// Draws kept answers for a question: evenly from all teachers (or by weight), without replacement while a teacher has enough of them.
/// A draw depends on (seed, step, example) alone, not on the batch it is made in.
/// </summary>
public sealed class TeacherDraw(KeptAnswers answers, IReadOnlyList<TeacherShare> teachers, ulong seed)
{
    private const ulong Stream = 0x7465616368657273; // apart from other users of the same seed

    // Counters "sample" of the shuffles and of the odd answers; shuffle r of teacher t has r × Rounds + t.
    private const long OddOnes = 0, Rounds = 1 << 16;

    private readonly ulong _seed = seed ^ Stream;
    private readonly double _total = teachers.Count > 0 ? teachers.Sum(t => t.Weight)
        : throw new ArgumentException("At least one teacher is needed.", nameof(teachers));

    /// <summary>
    /// Answers to a question, teacher by teacher; <paramref name="example"/> is the row's number, <paramref name="question"/> its id.
    /// </summary>
    public IReadOnlyList<TeacherResponse> Draw(int count, long step, long example, string question)
    {
        var drawn = new List<TeacherResponse>(count);
        int[] shares = Shares(count, step, example);
        for (int t = 0; t < shares.Length; t++)
        {
            if (shares[t] == 0) continue;
            string teacher = teachers[t].Teacher;
            KeptAnswer[] kept = [.. answers.Of(teacher, question).Where(a => a.HasContent)];
            if (kept.Length == 0) throw new InputException(
                $"Teacher '{teacher}' has no answer to question '{question}'; collect it, or take the question out of the data set.");
            for (int taken = 0; taken < shares[t]; taken += kept.Length)
            {
                int[] order = Shuffle(kept.Length, step, example, (taken / kept.Length * Rounds) + t + 1);
                drawn.AddRange(order.Take(shares[t] - taken).Select(i => new TeacherResponse(teacher, kept[i].Text, kept[i].Truncated)));
            }
        }
        return drawn;
    }

    // Whole parts first; what is left goes to teachers drawn with the probabilities of their fractions, so that the shares hold on
    // average.
    private int[] Shares(int count, long step, long example)
    {
        double[] exact = [.. teachers.Select(t => count * t.Weight / _total)];
        int[] shares = [.. exact.Select(e => (int)Math.Floor(e + 1e-9))];
        int left = count - shares.Sum();
        if (left == 0) return shares;
        // Systematic sampling: one uniform number, then steps of 1 along the summed fractions.
        double next = CounterRandom.Uniform(_seed, step, example, OddOnes, 0), reached = 0;
        for (int t = 0; t < shares.Length && left > 0; t++)
        {
            reached += Math.Max(0, exact[t] - shares[t]);
            if (reached <= next) continue;
            shares[t]++;
            next++;
            left--;
        }
        for (int t = shares.Length - 1; left > 0; t--, left--) shares[t]++; // only where rounding ate a fraction
        return shares;
    }

    private int[] Shuffle(int count, long step, long example, long sample)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        for (int i = count - 1; i > 0; i--)
        {
            int j = (int)(CounterRandom.Uniform(_seed, step, example, sample, i) * (i + 1));
            (order[i], order[j]) = (order[j], order[i]);
        }
        return order;
    }
}
