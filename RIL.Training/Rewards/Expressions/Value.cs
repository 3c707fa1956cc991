namespace RIL.Training.Rewards.Expressions;

/// <summary>What an answer says, once it is read.</summary>
internal abstract record Value;

/// <summary>A number or an expression in variables.</summary>
/// <param name="Of">The expression.</param>
/// <param name="Unit">Its unit, <see cref="Unit.None"/> where it has none.</param>
/// <param name="Percent">Whether it is written as a percentage; then <paramref name="Of"/> is the number before the sign.</param>
/// <param name="WorkedOut">Whether it is a number as people write a result: 3, -0.5, 3/4, 2 1/2, 3·10^5, not 17·23.</param>
internal sealed record Scalar(Node Of, Unit Unit, bool Percent, bool WorkedOut) : Value
{
    /// <summary>Its number in base units.</summary>
    public Node InBase => Node.Of(Operation.Multiply, Of, Node.Number(Unit.Factor));
}

/// <summary>A time of the day or a duration; <paramref name="Half"/> is am, pm or null.</summary>
internal sealed record Clock(IReadOnlyList<Rational> Parts, string? Half) : Value;

/// <summary>Several values: a tuple, an interval, a set, a list without brackets, a ratio, a range, a matrix.</summary>
/// <param name="Open">( [ { ⟨ matrix ∪ : - or nothing.</param>
/// <param name="Close">The closing bracket.</param>
/// <param name="Items">What it holds.</param>
/// <param name="Ordered">Whether the order tells values apart.</param>
internal sealed record Sequence(string Open, string Close, IReadOnlyList<Value> Items, bool Ordered) : Value;

/// <summary>x = 3, or x ∈ [0, 1]: a value with its name.</summary>
internal sealed record Named(Node Name, Value Inner) : Value;

/// <summary>An equation or inequality that is no single name's value.</summary>
internal sealed record Relation(string Sign, Node Left, Node Right) : Value;
