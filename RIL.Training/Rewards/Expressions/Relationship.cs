namespace RIL.Training.Rewards.Expressions;

/// <summary>Makes a value of sides and the signs between them.</summary>
internal static class Relationship
{
    private static readonly Scalar Infinity = new(Node.Constant("infty"), Unit.None, false, false),
        MinusInfinity = new(Node.Of(Operation.Negate, Node.Constant("infty")), Unit.None, false, false);

    public static Value? Of(IReadOnlyList<Value> sides, IReadOnlyList<string> signs)
    {
        if (signs.Contains("⇒")) return sides[^1];
        if (signs is ["∈"]) return sides[0] is Scalar { Of: { } name } ? new Named(name, sides[1]) : null;
        if (signs.All(s => s is "=" or "≈")) return Equality(sides);
        if (!sides.All(s => s is Scalar)) return null;
        Scalar[] scalars = [.. sides.Cast<Scalar>()];
        if (signs.Count == 1)
        {
            Value? interval = Bound(scalars[0], signs[0], scalars[1]) ?? Bound(scalars[1], Turned(signs[0]), scalars[0]);
            return interval ?? new Relation(signs[0], scalars[0].Of, scalars[1].Of);
        }
        // 1 < x ≤ 3
        if (signs.Count != 2 || !IsName(scalars[1]) || scalars[0].Of.HasVariables || scalars[2].Of.HasVariables) return null;
        bool rising = signs.All(s => s is "<" or "≤");
        if (!rising && !signs.All(s => s is ">" or "≥")) return null;
        (int low, int high) = rising ? (0, 2) : (2, 0);
        return new Named(scalars[1].Of, new Sequence(signs[rising ? 0 : 1] is "≤" or "≥" ? "[" : "(",
            signs[rising ? 1 : 0] is "≤" or "≥" ? "]" : ")", [scalars[low], scalars[high]], true));
    }

    private static Value? Equality(IReadOnlyList<Value> sides)
    {
        Value first = sides[0], last = sides[^1];
        if (first is not Scalar left) return first is Sequence ? last : null;
        if (IsName(left)) return new Named(NameOf(left.Of), last);
        if (last is not Scalar right) return last;
        if (!left.Of.HasVariables && IsName(right) && sides.Count == 2) return new Named(right.Of, left);
        if (!left.Of.HasVariables || sides.Count > 2) return last;
        return new Relation("=", left.Of, right.Of);
    }

    private static Named? Bound(Scalar name, string sign, Scalar bound)
    {
        if (!IsName(name) || bound.Of.HasVariables || sign == "≠") return null;
        return new Named(name.Of, sign switch
        {
            ">" => new Sequence("(", ")", [bound, Infinity], true),
            "≥" => new Sequence("[", ")", [bound, Infinity], true),
            "<" => new Sequence("(", ")", [MinusInfinity, bound], true),
            _ => new Sequence("(", "]", [MinusInfinity, bound], true),
        });
    }

    private static string Turned(string sign) => sign switch { "<" => ">", ">" => "<", "≤" => "≥", "≥" => "≤", _ => sign };

    // x, or f(x).
    private static bool IsName(Scalar scalar) => scalar.Unit.IsNone && !scalar.Percent && (scalar.Of.Operation == Operation.Variable
        || scalar.Of is { Operation: Operation.Multiply, Parts: [{ Operation: Operation.Variable, Name: "f" or "g" or "h" or "P" or "p" },
            { Operation: Operation.Variable or Operation.Number }] });

    private static Node NameOf(Node node) => node.Operation == Operation.Variable ? node : node.Parts[0];
}
