using System.Collections.Frozen;

namespace RIL.Training.Rewards.Expressions;

/// <summary>What LaTeX's commands mean, as far as answers use them.</summary>
internal static class LatexNames
{
    /// <summary>Set their argument upright: words, units.</summary>
    public static readonly FrozenSet<string> Upright = FrozenSet.ToFrozenSet(
        ["text", "textbf", "textit", "textrm", "textsf", "texttt", "textnormal", "mathrm", "mathbf", "mathit", "mathsf", "mbox", "hbox",
            "operatorname", "bf", "rm", "emph", "underline"]);

    /// <summary>Change how something looks, not what it is.</summary>
    public static readonly FrozenSet<string> Ignored = FrozenSet.ToFrozenSet(
        ["left", "right", "big", "Big", "bigl", "bigr", "Bigl", "Bigr", "bigg", "Bigg", "biggl", "biggr", "displaystyle", "textstyle",
            "limits", "quad", "qquad", "boxed", "fbox", "boldsymbol", "bm", "mathbb", "overline", "vec", "hat", "phantom", "thinspace",
            "mathcal", "ensuremath", "middle"]);

    public static readonly FrozenDictionary<string, string> Signs = Table(
        "cdot * times * ast * cdotp * div / pm ± mp ∓ le ≤ leq ≤ leqslant ≤ ge ≥ geq ≥ geqslant ≥ lt < gt > ne ≠ neq ≠ approx ≈ "
        + "simeq ≈ sim ≈ in ∈ cup ∪ cap ∩ mid | vert | lvert | rvert | emptyset ∅ varnothing ∅ circ ° degree ° to ⇒ rightarrow ⇒ "
        + "Rightarrow ⇒ implies ⇒ iff ⇒ therefore ⇒ colon : ldots … dots … cdots … percent % equiv = euro € pounds £ prime '");

    /// <summary>Commands that are words of their own under another name.</summary>
    public static readonly FrozenDictionary<string, string> Words = Table(
        "frac \\frac dfrac \\frac tfrac \\frac cfrac \\frac sqrt \\sqrt binom \\binom dbinom \\binom tbinom \\binom varepsilon epsilon "
        + "varphi phi vartheta theta lg log tg tan ctg cot arctg arctan land and lor or");

    public static readonly FrozenDictionary<string, (bool Open, string Sign)> Brackets = new Dictionary<string, (bool, string)>
    {
        ["lbrace"] = (true, "\\{"), ["rbrace"] = (false, "\\}"), ["langle"] = (true, "⟨"), ["rangle"] = (false, "⟩"),
        ["lfloor"] = (true, "⌊"), ["rfloor"] = (false, "⌋"), ["lceil"] = (true, "⌈"), ["rceil"] = (false, "⌉"),
        ["lbrack"] = (true, "["), ["rbrack"] = (false, "]"), ["lparen"] = (true, "("), ["rparen"] = (false, ")"),
    }.ToFrozenDictionary();

    private static FrozenDictionary<string, string> Table(string pairs) => pairs.Split(' ').Chunk(2)
        .ToFrozenDictionary(p => p[0], p => p[1]);
}
