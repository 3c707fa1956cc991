namespace RIL.Web.Runs.Completions;

/// <summary>Which questions of a step come first.</summary>
public enum CompletionOrder
{
    /// <summary>As they were trained on.</summary>
    Kept,

    /// <summary>The student did best.</summary>
    Best,

    /// <summary>The student did worst.</summary>
    Worst,

    /// <summary>The judge and the discriminator think differently of an answer.</summary>
    Judges,

    /// <summary>The student and its teachers did differently.</summary>
    Teachers,
}

/// <summary>Chooses and orders the questions of a step.</summary>
public static class CompletionRanking
{
    /// <summary>The questions of a type (null = all) that contain a text (null = all), in an order.</summary>
    public static IReadOnlyList<CompletionGroup> Choose(IEnumerable<CompletionGroup> groups, CompletionOrder order, string? type = null, string? find = null)
    {
        IEnumerable<CompletionGroup> chosen = groups.Where(g => (type is null || g.QuestionType == type) && Contains(g, find));
        return order switch
        {
            CompletionOrder.Best => [.. chosen.OrderByDescending(StudentReward).ThenBy(g => g.Number)],
            CompletionOrder.Worst => [.. chosen.OrderBy(StudentReward).ThenBy(g => g.Number)],
            CompletionOrder.Judges => [.. chosen.OrderByDescending(JudgesApart).ThenBy(g => g.Number)],
            CompletionOrder.Teachers => [.. chosen.OrderByDescending(TeachersApart).ThenBy(g => g.Number)],
            _ => [.. chosen],
        };
    }

    /// <summary>Mean reward of the student's completions; not-a-number where the judge abstained on all.</summary>
    public static double StudentReward(CompletionGroup group) => Mean(group.Outputs.Where(o => o.IsStudent));

    /// <summary>
    /// How far judge and discriminator are apart on the answer on which they are furthest: 1 = a right answer that the discriminator is sure is not a teacher's, or a wrong one that it takes for a teacher's.
    /// </summary>
    public static double JudgesApart(CompletionGroup group) =>
        group.Outputs.Where(o => o is { Judge: not null, DiscriminatorScore: not null }).Select(o => Math.Abs(o.Judge!.Value - (1 - o.DiscriminatorScore!.Value))).DefaultIfEmpty(-1).Max();

    /// <summary>Distance of the mean rewards of student and teachers.</summary>
    public static double TeachersApart(CompletionGroup group) =>
        Math.Abs(StudentReward(group) - Mean(group.Outputs.Where(o => !o.IsStudent))) is var apart && double.IsNaN(apart) ? -1 : apart;

    private static double Mean(IEnumerable<CompletionOutput> outputs) => outputs.Where(o => o.Reward is not null).Select(o => o.Reward!.Value).DefaultIfEmpty(double.NaN).Average();

    private static bool Contains(CompletionGroup group, string? find)
    {
        if (string.IsNullOrWhiteSpace(find)) return true;
        return Has(group.Prompt) || Has(group.Answer) || group.Outputs.Any(o => Has(o.Text) || Has(o.JudgeReason));

        bool Has(string? text) => text?.Contains(find.Trim(), StringComparison.OrdinalIgnoreCase) == true;
    }
}
