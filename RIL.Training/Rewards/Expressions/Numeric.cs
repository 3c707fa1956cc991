namespace RIL.Training.Rewards.Expressions;

/// <summary>The values of expressions in floating point; NaN where there is none.</summary>
internal static class Numeric
{
    /// <summary>The value with variables taken from <paramref name="variables"/>.</summary>
    public static double Of(Node node, Func<string, double> variables)
    {
        switch (node.Operation)
        {
            case Operation.Number: return node.Value.ToDouble();
            case Operation.Variable: return variables(node.Name);
            case Operation.Constant: return Constant(node.Name);
            case Operation.PlusMinus or Operation.MinusPlus: return double.NaN;
        }
        double first = Of(node.Parts[0], variables);
        if (node.Parts.Count == 1)
            return node.Operation switch
            {
                Operation.Negate => -first,
                Operation.Factorial => node.Parts[0].Exact() is { } whole
                    && Node.Of(Operation.Factorial, Node.Number(whole)).Exact() is { } f
                    ? f.ToDouble() : double.NaN,
                _ => Call(node.Name, first),
            };
        double second = Of(node.Parts[1], variables);
        return node.Operation switch
        {
            Operation.Add => first + second,
            Operation.Subtract => first - second,
            Operation.Multiply => first * second,
            Operation.Divide => second == 0 ? double.NaN : first / second,
            Operation.Power => Power(first, second),
            _ => node.Name switch
            {
                "log" => Math.Log(first) / Math.Log(second),
                "\\sqrt" => Root(first, second),
                _ => node.Exact()?.ToDouble() ?? double.NaN,
            },
        };
    }

    /// <summary>A number from -3.2 to -0.2 or from 0.2 to 3.2 that a name and a count alone decide.</summary>
    public static double Point(string name, int index)
    {
        uint hash = 2166136261;
        foreach (char c in name) hash = (hash ^ c) * 16777619;
        hash = (hash ^ (uint)index) * 16777619;
        hash ^= hash >> 15;
        hash *= 2246822519;
        hash ^= hash >> 13;
        double size = 0.2 + 3.0 * ((hash & 0xFFFF) / 65536.0);
        // The first points are positive, where roots and logarithms exist.
        return index >= 6 && (hash & 0x10000) != 0 ? -size : size;
    }

    private static double Constant(string name) => name switch
    {
        "pi" => Math.PI,
        "e" => Math.E,
        _ => double.PositiveInfinity,
    };

    private static double Call(string name, double x) => name switch
    {
        "\\sqrt" or "sqrt" => Math.Sqrt(x),
        "\\cbrt" or "cbrt" => Math.Cbrt(x),
        "sin" => Math.Sin(x),
        "cos" => Math.Cos(x),
        "tan" => Math.Tan(x),
        "cot" => 1 / Math.Tan(x),
        "sec" => 1 / Math.Cos(x),
        "csc" => 1 / Math.Sin(x),
        "arcsin" or "asin" => Math.Asin(x),
        "arccos" or "acos" => Math.Acos(x),
        "arctan" or "atan" => Math.Atan(x),
        "sinh" => Math.Sinh(x),
        "cosh" => Math.Cosh(x),
        "tanh" => Math.Tanh(x),
        "ln" => Math.Log(x),
        "log" => Math.Log10(x),
        "exp" => Math.Exp(x),
        "abs" => Math.Abs(x),
        "degree" => x * Math.PI / 180,
        "floor" => Math.Floor(x),
        "ceil" => Math.Ceiling(x),
        _ => double.NaN,
    };

    // The real root of a negative number where the degree is odd.
    private static double Root(double x, double degree) =>
        x < 0 && degree % 2 is 1 or -1 ? -Math.Pow(-x, 1 / degree) : Math.Pow(x, 1 / degree);

    private static double Power(double x, double exponent)
    {
        if (x >= 0 || exponent == Math.Floor(exponent)) return Math.Pow(x, exponent);
        // (-8)^(1/3) is -2.
        double inverse = Math.Round(1 / exponent);
        return Math.Abs(1 / exponent - inverse) < 1e-9 && inverse % 2 is 1 or -1 ? -Math.Pow(-x, exponent) : double.NaN;
    }
}
