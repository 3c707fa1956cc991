using RIL.Web.Runs.Completions;

namespace RIL.Web.Compare;

/// <summary>A question with what several runs made of it at one step.</summary>
/// <param name="Asked">The question.</param>
/// <param name="Groups">The answers of each run; null where it did not ask the question at this step.</param>
public sealed record ComparedQuestion(CompletionGroup Asked, IReadOnlyList<CompletionGroup?> Groups)
{
    /// <summary>Runs that asked it.</summary>
    public int Runs => Groups.Count(g => g is not null);

    /// <summary>Distance between the best and the worst mean reward of the students.</summary>
    public double Apart
    {
        get
        {
            double[] rewards = [.. Groups.OfType<CompletionGroup>().Select(CompletionRanking.StudentReward).Where(double.IsFinite)];
            return rewards.Length < 2 ? 0 : rewards.Max() - rewards.Min();
        }
    }
}

/// <summary>The questions of a step of several runs side by side.</summary>
public static class QuestionTable
{
    /// <summary>Questions that most runs asked first; among those as they were trained on, or those first on which the runs are furthest apart.</summary>
    /// <param name="steps">The questions of each run at the step; empty where it kept none.</param>
    /// <param name="apartFirst">Whether those come first on which the students' rewards are furthest apart.</param>
    public static IReadOnlyList<ComparedQuestion> Of(IReadOnlyList<IReadOnlyList<CompletionGroup>> steps, bool apartFirst = false)
    {
        // The same question can stand in a step more than once: the second of one run belongs to the second of the others.
        Dictionary<(string, int), CompletionGroup>[] columns = [.. steps.Select(Numbered)];
        IEnumerable<ComparedQuestion> questions = columns.SelectMany(c => c.Keys).Distinct()
            .Select(key => new ComparedQuestion(columns.First(c => c.ContainsKey(key))[key], [.. columns.Select(c => c.GetValueOrDefault(key))]));
        IOrderedEnumerable<ComparedQuestion> ordered = questions.OrderByDescending(q => q.Runs);
        return [.. apartFirst ? ordered.ThenByDescending(q => q.Apart).ThenBy(q => q.Asked.Number) : ordered.ThenBy(q => q.Asked.Number)];
    }

    private static Dictionary<(string, int), CompletionGroup> Numbered(IReadOnlyList<CompletionGroup> groups) =>
        groups.GroupBy(g => $"{g.Prompt}\n\n{string.Join(' ', g.Images)}").SelectMany(same => same.Select((g, i) => (Key: (same.Key, i), Group: g))).ToDictionary(p => p.Key, p => p.Group);
}
