using System.Numerics;

namespace RIL.Training.Rewards.Expressions;

internal enum Operation { Number, Variable, Constant, Add, Subtract, PlusMinus, MinusPlus, Multiply, Divide, Power,
    Negate, Factorial, Call }

/// <summary>An expression: a number, a name, or an operation on others.</summary>
internal sealed class Node
{
    private Node(Operation operation, Rational value, string name, bool decimals, params Node[] parts)
    {
        (Operation, Value, Name, Parts) = (operation, value, name, parts);
        Decimals = decimals || parts.Any(p => p.Decimals);
        HasVariables = operation == Operation.Variable || parts.Any(p => p.HasVariables);
        HasAlternatives = operation is Operation.PlusMinus or Operation.MinusPlus || parts.Any(p => p.HasAlternatives);
    }

    public Operation Operation { get; }

    public Rational Value { get; }

    public string Name { get; }

    public IReadOnlyList<Node> Parts { get; }

    /// <summary>Whether a number in it was written with decimals, so that it may be rounded.</summary>
    public bool Decimals { get; }

    public bool HasVariables { get; }

    /// <summary>Whether it stands for two values (±).</summary>
    public bool HasAlternatives { get; }

    public static Node Number(Rational value, bool decimals = false) => new(Operation.Number, value, "", decimals);

    public static Node Variable(string name) => new(Operation.Variable, default, name, false);

    public static Node Constant(string name) => new(Operation.Constant, default, name, false);

    public static Node Of(Operation operation, params Node[] parts) => new(operation, default, "", false, parts);

    public static Node Call(string function, params Node[] parts) => new(Operation.Call, default, function, false, parts);

    /// <summary>The expression with ± read as + or as −.</summary>
    public Node Choose(bool plus)
    {
        if (!HasAlternatives) return this;
        Node[] parts = [.. Parts.Select(p => p.Choose(plus))];
        Operation chosen = Operation switch
        {
            Operation.PlusMinus => plus ? Operation.Add : Operation.Subtract,
            Operation.MinusPlus => plus ? Operation.Subtract : Operation.Add,
            _ => Operation,
        };
        return new Node(chosen, Value, Name, Decimals, parts);
    }

    /// <summary>The exact value, with variables taken from <paramref name="variables"/>; null where there is none that is short.</summary>
    public Rational? Exact(Func<string, Rational>? variables = null)
    {
        if (Operation == Operation.Number) return Value;
        if (Operation == Operation.Variable) return variables?.Invoke(Name);
        if (Operation is Operation.Constant or Operation.PlusMinus or Operation.MinusPlus) return null;
        if (Parts[0].Exact(variables) is not { } first) return null;
        if (Parts.Count == 1)
            return Operation switch
            {
                Operation.Negate => first.Negate(),
                Operation.Factorial => Factorial(first),
                _ => Name is "abs" ? first.Numerator.Sign < 0 ? first.Negate() : first : Name is "\\sqrt" ? Root(first) : null,
            };
        if (Parts[1].Exact(variables) is not { } second) return null;
        return Operation switch
        {
            Operation.Add => first.Add(second),
            Operation.Subtract => first.Add(second.Negate()),
            Operation.Multiply => first.Times(second),
            Operation.Divide => first.Over(second),
            Operation.Power => first.Power(second),
            _ => Name is "\\binom" ? Binomial(first, second) : null,
        };
    }

    private static Rational? Factorial(Rational of)
    {
        if (!of.IsInteger || of.Numerator.Sign < 0 || of.Numerator > 300) return null;
        BigInteger product = BigInteger.One;
        for (int i = 2; i <= (int)of.Numerator; i++) product *= i;
        return Rational.Of(product);
    }

    private static Rational? Binomial(Rational n, Rational k)
    {
        if (!n.IsInteger || !k.IsInteger || k.Numerator.Sign < 0 || n.Numerator > 300 || k.Numerator > n.Numerator) return null;
        BigInteger result = BigInteger.One;
        for (int i = 1; i <= (int)k.Numerator; i++) result = result * (n.Numerator - k.Numerator + i) / i;
        return Rational.Of(result);
    }

    // Of squares alone: the rest is irrational.
    private static Rational? Root(Rational of)
    {
        if (of.Numerator.Sign < 0 || of.Numerator.GetBitLength() > 52 || of.Denominator.GetBitLength() > 52) return null;
        (long up, long down) = ((long)Math.Round(Math.Sqrt((double)of.Numerator)), (long)Math.Round(Math.Sqrt((double)of.Denominator)));
        return up * up == of.Numerator && down * down == of.Denominator ? Rational.Of(up, down) : null;
    }
}
