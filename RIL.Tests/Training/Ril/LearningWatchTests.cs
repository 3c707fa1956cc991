using System.Text.Json.Nodes;
using RIL.Training;
using RIL.Training.Datasets;
using RIL.Training.Grpo;
using RIL.Training.Models;
using RIL.Training.Ril;

namespace RIL.Tests.Training.Ril;

/// <summary>Steps made by hand: (reward or null, truncated) of each output; tokens say how many reached the loss.</summary>
public sealed class LearningWatchTests
{
    [Fact]
    public void AnIdleStep_IsSaidAtOnceAndOnce_AndEndsTheRunWhereItGoesOn()
    {
        var watch = new LearningWatch(3);
        Assert.Empty(watch.Look(Step(0, tokens: 5, 1, 0), isLast: false));
        IReadOnlyList<string> first = watch.Look(Step(1, tokens: 0, null, null), isLast: false);
        Assert.Contains("nothing was learnt: the judge abstained on 2 of 2 outputs (no number: 2)", first[^1], StringComparison.Ordinal);
        Assert.Empty(watch.Look(Step(2, tokens: 0, null, null), isLast: false));
        string end = Assert.Throws<InputException>(() => watch.Look(Step(3, tokens: 0, 1, 1), isLast: false)).Message;
        Assert.Contains("3 steps in a row", end, StringComparison.Ordinal);
        Assert.Contains("2 of 2 have the mean reward", end, StringComparison.Ordinal);
        Assert.Contains("max_idle_steps", end, StringComparison.Ordinal);
    }

    [Fact]
    public void AStepThatLearns_StartsTheCountAgain_AndZeroNeverEnds()
    {
        var watch = new LearningWatch(2);
        for (int i = 0; i < 5; i++)
        {
            watch.Look(Step(2 * i, tokens: 0, 1, 1), isLast: false);
            watch.Look(Step((2 * i) + 1, tokens: 3, 1, 0), isLast: i == 4);
        }
        var never = new LearningWatch(0);
        for (int i = 0; i < 50; i++) never.Look(Step(i, tokens: 0, 1, 1), isLast: i == 49);
        Assert.Equal(50, never.Idle);
    }

    [Fact]
    public void ARunThatWasIdleFromFirstToLast_IsNoCompletedRun()
    {
        var watch = new LearningWatch(100);
        watch.Look(Step(0, tokens: 0, 1, 1), isLast: false);
        Assert.Throws<InputException>(() => watch.Look(Step(1, tokens: 0, 1, 1), isLast: true));
    }

    [Fact]
    public void Reasons_AreSaidOnce_AFewOfThem_AndGoOnAfterACheckpoint()
    {
        var watch = new LearningWatch(0);
        int warnings = 0;
        for (int i = 0; i < 40; i++)
        {
            warnings += watch.Look(StepWith([$"reason {i / 2}"], i, 3, 1, 0, null), isLast: false).Count;
            var next = new LearningWatch(0);
            next.Restore((JsonObject)JsonNode.Parse(watch.State().ToJsonString())!);
            watch = next;
        }
        Assert.Equal(10, warnings);
    }

    [Fact]
    public void EqualRewardsUnderAKlTerm_AreSaidOnce()
    {
        var watch = new LearningWatch(1);
        Assert.Contains("equal", Assert.Single(watch.Look(Step(0, tokens: 4, 1, 1), isLast: false)), StringComparison.Ordinal);
        Assert.Empty(watch.Look(Step(1, tokens: 4, 1, 1), isLast: true));
    }

    private static RilStepResult Step(int step, double tokens, params double?[] rewards) =>
        StepWith(["no number"], step, tokens, rewards);

    private static RilStepResult StepWith(string[] reasons, int step, double tokens, params double?[] rewards)
    {
        RolloutOutput[] outputs = [.. rewards.Select(_ => new RolloutOutput(RolloutOutput.Student, [1], "x", false, null))];
        OutputScore[] scores = [.. rewards.Select((r, i) => new OutputScore(0, true, r, r is null ? reasons[i % reasons.Length] : null,
            null, null, r, true))];
        Advantages advantages = GroupAdvantage.Of([.. rewards.Select(r => new GroupedReward(0, r))], ScaleRewards.None);
        return new RilStepResult(step,
            [new RolloutGroup(new Example("q", [], [], "", null, null, []), new EncodedPrompt([1], []), outputs)],
            scores, advantages, null, [new PolicyUpdateResult(0, 0, tokens == 0 ? [] : [new PolicyStatistics(0, 0, 0, tokens, tokens)])],
            new RilTimings(1, 1, 1, 1, 1, 1));
    }
}
