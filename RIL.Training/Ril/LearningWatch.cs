using System.Text.Json.Nodes;
using RIL.Training.Grpo;

namespace RIL.Training.Ril;

/// <summary>
/// Watches whether the loop learns: says once why outputs take no part and when nothing is learnt, and ends a run in which nothing is
/// learnt step after step. A step is idle where no output reaches the student's loss: all left their groups, were masked, or, without a KL
/// term, have the mean reward of their group.
/// </summary>
/// <param name="mostIdle">Idle steps in a row that end the run; 0 = none do.</param>
public sealed class LearningWatch(int mostIdle)
{
    private const int MostReasons = 10, ReasonsAtOnce = 3;
    private const string IdleKey = "idle_steps", ReasonsKey = "abstentions_said", FlatKey = "equal_rewards_said";

    private readonly List<string> _said = [];
    private bool _saidFlat;

    /// <summary>Idle steps in a row up to now.</summary>
    public int Idle { get; private set; }

    /// <summary>
    /// What is to be said of a step, as warnings. Throws <see cref="InputException"/> where the run has been idle too long, or, with
    /// <paramref name="isLast"/>, from its first step (number 0) to its last.
    /// </summary>
    public IReadOnlyList<string> Look(RilStepResult result, bool isLast)
    {
        var warnings = new List<string>();
        if (Abstentions(result) is { } abstentions) warnings.Add(abstentions);
        if (!IsIdle(result))
        {
            Idle = 0;
            if (!_saidFlat && result.Advantages.Values.All(a => a == 0))
            {
                _saidFlat = true;
                warnings.Add($"Step {result.Step + 1}: all rewards are equal within their groups, so that nothing but the KL term moves "
                    + $"the "
                    + "student; steps like this are not named again (see frac_reward_zero_std).");
            }
            return warnings;
        }
        Idle++;
        string why = Why(result);
        if (mostIdle > 0 && (Idle >= mostIdle || (isLast && Idle == result.Step + 1)))
            throw new InputException($"Nothing was learnt in {(Idle == 1 ? "the only step" : $"{Idle} steps in a row")}: {why} The run "
                + $"ends here (max_idle_steps is {mostIdle}); let the judge suit the answers, or change what is named, and start again.");
        // This says the reasons too.
        return Idle == 1 ? [$"Step {result.Step + 1}: nothing was learnt: {why}"] : warnings;
    }

    /// <summary>What a checkpoint must remember.</summary>
    public JsonObject State() => new()
    {
        [IdleKey] = Idle, [ReasonsKey] = new JsonArray([.. _said.Select(s => (JsonNode?)s)]), [FlatKey] = _saidFlat,
    };

    /// <summary>Goes on from what a checkpoint remembers; null = from the start.</summary>
    public void Restore(JsonObject? state)
    {
        _said.Clear();
        (Idle, _saidFlat) = (state?[IdleKey]?.GetValue<int>() ?? 0, state?[FlatKey]?.GetValue<bool>() ?? false);
        if (state?[ReasonsKey] is JsonArray said) _said.AddRange(said.Select(s => s!.GetValue<string>()));
    }

    private static bool IsIdle(RilStepResult result) => result.Updates.All(u => u.Passes.Count == 0);

    private static string Why(RilStepResult result)
    {
        OutputScore[] all = [.. result.Scores.Where(s => s.InGroup)];
        RolloutOutput[] outputs = [.. result.Groups.SelectMany(g => g.Outputs)];
        OutputScore[] silent = [.. all.Where(s => s.Reward is null)];
        int cut = result.Scores.Zip(outputs).Count(o => o.First.GroupReward is not null && o.Second.Truncated);
        int equal = result.Scores.Zip(result.Advantages.Values).Count(s => s.First.GroupReward is not null && s.Second == 0);
        var parts = new List<string>();
        if (silent.Length > 0) parts.Add($"the judge abstained on {silent.Length} of {all.Length} outputs ({Reasons(silent)})");
        if (equal > 0) parts.Add($"{equal} of {all.Length} have the mean reward of their group");
        if (cut > 0) parts.Add($"{cut} were cut at the longest length");
        return (parts.Count > 0 ? string.Join("; ", parts) : "there was no output") + ".";
    }

    private string? Abstentions(RilStepResult result)
    {
        OutputScore[] silent = [.. result.Scores.Where(s => s.Abstained)];
        string[] fresh = [.. silent.Select(Reason).Distinct().Where(r => !_said.Contains(r)).Take(MostReasons - _said.Count)];
        if (fresh.Length == 0) return null;
        _said.AddRange(fresh);
        return $"Step {result.Step + 1}: the judge abstained on {silent.Length} of {result.Scores.Count} outputs, which take no part: "
            + $"{Reasons(silent)}."
            + (_said.Count == MostReasons ? " Further reasons are not named here; the completions have them all." : "");
    }

    // The most frequent first.
    private static string Reasons(IEnumerable<OutputScore> silent)
    {
        (string Reason, int Count)[] counts = [.. silent.GroupBy(Reason).Select(g => (g.Key, g.Count())).OrderByDescending(g => g.Item2)];
        string named = string.Join(", ", counts.Take(ReasonsAtOnce).Select(c => $"{c.Reason}: {c.Count}"));
        return counts.Length > ReasonsAtOnce ? named + ", …" : named;
    }

    private static string Reason(OutputScore score) => score.Reason ?? "no reason given";
}
