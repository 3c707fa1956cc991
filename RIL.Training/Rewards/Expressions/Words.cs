using System.Collections.Frozen;

namespace RIL.Training.Rewards.Expressions;

/// <summary>Which runs of letters mean what.</summary>
internal static class Words
{
    public static readonly FrozenSet<string> Functions = FrozenSet.ToFrozenSet(
        ["sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "ln",
            "log", "exp", "abs", "sqrt", "cbrt"]);

    /// <summary>Join the items of a list.</summary>
    public static readonly FrozenSet<string> Connectives = FrozenSet.ToFrozenSet(
        ["and", "or", "und", "oder", "y", "o", "et", "ou", "e", "и", "или", "和", "或", "与", "及", "と", "または", "और", "و", "أو"]);

    public static readonly FrozenSet<string> Greek = FrozenSet.ToFrozenSet(
        ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi", "rho",
            "sigma", "tau", "phi", "chi", "psi", "omega", "Gamma", "Delta", "Theta", "Lambda", "Sigma", "Phi", "Psi", "Omega"]);

    /// <summary>May stand before a number without making it another one.</summary>
    public static readonly FrozenSet<string> Fillers = FrozenSet.ToFrozenSet(
        ["about", "approximately", "around", "roughly", "exactly", "the", "a", "an", "is", "are", "was", "equal", "equals", "to", "simply",
            "just", "therefore", "thus", "so", "approx", "be", "would", "that", "it", "total", "of", "number", "value", "result",
            "answer", "final", "only", "nearly", "almost", "there", "we", "get", "have", "then", "hence"]);

    private static readonly FrozenSet<string> Short = FrozenSet.ToFrozenSet(
        ["is", "of", "to", "in", "at", "by", "so", "or", "as", "we", "it", "an", "on", "if", "no", "he", "do", "us", "am", "pm", "be",
            "me", "my", "up", "and", "the", "are", "was", "not", "for", "but", "has", "had", "get", "sum", "ans", "mod", "gcd", "lcm",
            "max", "min", "det", "dim", "lim", "et", "il", "es", "el", "la", "un", "per", "out", "pi"]);

    /// <summary>Whether letters that stand together are variables that are multiplied: 2ab, xy^2, ab+c.</summary>
    public static bool IsProduct(string word, char before, char after)
    {
        if (word.Length is < 2 or > 3 || Functions.Contains(word) || Short.Contains(word) || Units.IsUnit(word)) return false;
        foreach (char c in word) if (!char.IsAsciiLetter(c)) return false;
        return char.IsAsciiDigit(before) || before is ')' or '}' or '*' or '/' or '^' or '('
            || after is '^' or '+' or '-' or '*' or '/' or ')';
    }

    public static bool IsVariable(string word) => word.Length == 1 && (char.IsAsciiLetter(word[0]) || word[0] is >= 'α' and <= 'ω')
        || Greek.Contains(word) || (word.Length > 2 && word[1] == '_');
}
