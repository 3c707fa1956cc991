using RIL.Training.Configuration;
using RIL.Training.Datasets;
using RIL.Training.Runs;

namespace RIL.Web.Runs.Completions;

/// <summary>Puts the rows of a step together again by question: the student's completions first, then the teachers' answers.</summary>
internal static class CompletionGrouping
{
    public static IReadOnlyList<CompletionGroup> Of(IReadOnlyList<CompletionRow> rows, RunConfig config, Func<string, IReadOnlyList<string>, Example?> find)
    {
        var groups = new List<CompletionGroup>();
        var current = new List<CompletionRow>();
        foreach (CompletionRow row in rows)
        {
            if (current.Count > 0 && Begins(row, current, config.CompletionsPerPrompt)) Close();
            current.Add(row);
        }
        if (current.Count > 0) Close();
        return groups;

        void Close()
        {
            CompletionRow first = current[0];
            string[] images = (first.Image ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
            Example? example = find(first.Prompt, images);
            groups.Add(new CompletionGroup(groups.Count, first.Prompt, images, example?.Answer, example?.QuestionType, [.. current.Select(r => Output(r, config))]));
            current.Clear();
        }
    }

    // The same question twice in a row is told apart by its student's part, which always comes first and has always the same size.
    private static bool Begins(CompletionRow row, List<CompletionRow> current, int generations) =>
        row.Prompt != current[0].Prompt || row.Image != current[0].Image
        || (row.Source == CompletionOutput.Student && (current[^1].Source != CompletionOutput.Student || current.Count >= generations));

    private static CompletionOutput Output(CompletionRow row, RunConfig config)
    {
        double? judge = row.Rewards.GetValueOrDefault("answer"), similarity = row.Rewards.GetValueOrDefault("similarity");
        double? reward = judge is { } right ? (config.RewardWeights.Answer * right) + (config.RewardWeights.Similarity * (similarity ?? 0)) : null;
        return new CompletionOutput(row.Completion, row.Source, row.Rewards, reward, row.DiscriminatorScore, row.JudgeReason, row.Advantage);
    }
}
