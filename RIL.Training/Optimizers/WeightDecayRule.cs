using System.Text.RegularExpressions;

namespace RIL.Training.Optimizers;

/// <summary>
/// Which weights decay: those whose names transformers' Trainer does not take for a bias or a norm (so the vision tower's <c>norm1</c> and
/// <c>ln_q</c> do).
/// </summary>
public static partial class WeightDecayRule
{
    /// <summary>Whether the weight of this module name decays.</summary>
    public static bool Decays(string name) => !Exempt().IsMatch(name);

    [GeneratedRegex(@"bias|layernorm|rmsnorm|(?:^|\.)norm(?:$|\.)|_norm(?:$|\.)")]
    private static partial Regex Exempt();
}
