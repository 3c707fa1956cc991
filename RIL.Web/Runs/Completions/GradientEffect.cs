using RIL.Web.Controls;

namespace RIL.Web.Runs.Completions;

/// <summary>What an answer did to the student, in words.</summary>
public static class GradientEffect
{
    /// <summary>A few words for the table.</summary>
    public static string Short(CompletionOutput output) => output switch
    {
        { Reward: null } => "left out",
        { Advantage: null } => output.IsStudent ? "left out" : "only shown to D",
        { Advantage: 0 } => "no push",
        { Advantage: > 0 } => "made likelier",
        _ => "made less likely",
    };

    /// <summary>The sentence behind them.</summary>
    public static string Sentence(CompletionOutput output) => output switch
    {
        { Reward: null } => "The judge abstained, so the answer took no part in the group.",
        { Advantage: null } => output.IsStudent ? "The answer took no part in the group." : "The teachers' answers are not in the group: this one only taught the discriminator.",
        { Advantage: 0 } => "Its reward is the mean of its group, so it moved nothing.",
        { Advantage: { } a } => $"Its reward is {Say.Number(Math.Abs(a))} {(a > 0 ? "above" : "below")} what the group had on average (in units of scale_rewards): every token of it was made {(a > 0 ? "likelier" : "less likely")} in proportion.",
    };
}
