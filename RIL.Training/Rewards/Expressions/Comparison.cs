namespace RIL.Training.Rewards.Expressions;

/// <summary>
/// Whether two values are the same. Whole numbers and fractions are compared exactly, numbers with decimals up to a share of their size,
/// expressions in variables by their exact values, or where they have none by their values in floating point, at points that their names
/// decide.
/// </summary>
/// <param name="tolerance">Share by which numbers may differ, whole ones too; null: <see cref="Usual"/>, and not for whole ones.</param>
/// <param name="listsAreSets">Whether the order of a list without brackets tells nothing.</param>
internal sealed partial class Comparison(double? tolerance, bool listsAreSets)
{
    /// <summary>The share by which numbers written with decimals may differ.</summary>
    public const double Usual = 1e-6;

    private const double OfExpressions = 1e-9;
    private const int MostItems = 64;

    public static bool IsSameName(Node a, Node b) => a.Operation == b.Operation && a.Name == b.Name;

    /// <summary>Whether what is said is the truth.</summary>
    public bool IsSame(Value truth, Value said) => (truth, said) switch
    {
        (Named a, Named b) => IsSameName(a.Name, b.Name) && IsSame(a.Inner, b.Inner),
        (Named a, Relation b) => AsRelation(a) is { } relation && IsSameRelation(relation, b),
        (Relation a, Named b) => AsRelation(b) is { } relation && IsSameRelation(a, relation),
        (Named a, _) => IsSame(a.Inner, said),
        (_, Named b) => IsSame(truth, b.Inner),
        (Relation a, Relation b) => IsSameRelation(a, b),
        (Scalar a, Scalar b) => IsSameScalar(a, b),
        (Clock a, Clock b) => IsSameTime(a, b),
        (Sequence { Open: "matrix" } a, Sequence b) when IsVector(b) => Vector(a) is { } vector && IsSameSequence(vector, AsTuple(b)),
        (Sequence a, Sequence { Open: "matrix" } b) when IsVector(a) => Vector(b) is { } vector && IsSameSequence(AsTuple(a), vector),
        (Sequence a, Sequence b) => IsSameSequence(a, b),
        (Clock a, Sequence { Open: ":" } b) when !HasNoughts(a) => IsSameSequence(AsRatio(a), b),
        (Sequence { Open: ":" } a, Clock b) when !HasNoughts(b) => IsSameSequence(a, AsRatio(b)),
        (Sequence { Items: [var only], Open: "" or "{" }, Scalar) => IsSame(only, said),
        (Scalar, Sequence { Items: [var only], Open: "" or "{" }) => IsSame(truth, only),
        (Sequence { Open: ":", Items: [Scalar up, Scalar down] }, Scalar b) => IsSameScalar(Quotient(up, down), b),
        (Scalar a, Sequence { Open: ":", Items: [Scalar up, Scalar down] }) => IsSameScalar(a, Quotient(up, down)),
        _ => false,
    };

    private static Scalar Quotient(Scalar up, Scalar down) => new(Node.Of(Operation.Divide, up.Of, down.Of), Unit.None, false, true);

    // 1:05 is a time, 1:5 a ratio.
    private static bool HasNoughts(Clock clock) => clock.Parts.Skip(1).Any(p => p.Numerator < 10);

    private static bool IsVector(Sequence s) => s.Open is "(" or "[" or "⟨" or "" && s.Items.All(i => i is not Sequence);

    private static Sequence AsTuple(Sequence s) => s with { Open = "(", Close = ")" };

    // A matrix of one column or one row.
    private static Sequence? Vector(Sequence matrix)
    {
        IReadOnlyList<IReadOnlyList<Value>> rows = [.. matrix.Items.Select(r => ((Sequence)r).Items)];
        return rows.Count == 1 ? new Sequence("(", ")", rows[0], true)
            : rows.All(r => r.Count == 1) ? new Sequence("(", ")", [.. rows.Select(r => r[0])], true) : null;
    }

    private static Sequence AsRatio(Clock clock) =>
        new(":", "", [.. clock.Parts.Select(p => new Scalar(Node.Number(p), Unit.None, false, true))], true);

    private static bool IsSameTime(Clock a, Clock b)
    {
        if (a.Parts.Count != b.Parts.Count) return false;
        for (int i = 1; i < a.Parts.Count; i++) if (a.Parts[i] != b.Parts[i]) return false;
        int first = Hour(a), second = Hour(b);
        // Where one says which half of the day and the other does not, 9:30 is 9:30 PM and 21:30 is no 9:30 AM.
        return first == second || (a.Half is null != b.Half is null && first % 12 == second % 12
            && (a.Half is null ? first : second) <= 12);
    }

    private static int Hour(Clock clock)
    {
        int hour = (int)System.Numerics.BigInteger.Min(clock.Parts[0].Numerator, 1_000_000);
        return clock.Half switch { "am" => hour % 12, "pm" => (hour % 12) + 12, _ => hour };
    }

    private bool IsSameSequence(Sequence a, Sequence b)
    {
        if (a.Items.Count != b.Items.Count || !HasSameBrackets(a, b)) return false;
        bool named = a.Items.Any(i => i is Named), bothNamed = a.Items.All(i => i is Named) && b.Items.All(i => i is Named);
        bool bare = a.Open == "" && b.Open == "";
        bool ordered = a.Ordered && b.Ordered && !(bare && listsAreSets)
            || ((named || b.Items.Any(i => i is Named)) && !bothNamed);
        return ordered ? a.Items.Zip(b.Items).All(p => IsSame(p.First, p.Second)) : HasSameItems(a.Items, b.Items);
    }

    private static bool HasSameBrackets(Sequence a, Sequence b)
    {
        if (a.Open == b.Open) return a.Close == b.Close;
        // x < -1 or x > 2 is a union.
        if ((a.Open, b.Open) is ("", "∪") or ("∪", "")) return !(a.Open == "" ? a : b).Ordered;
        if (a.Open is ":" or "-" or "∪" || b.Open is ":" or "-" or "∪") return false;
        if (a.Open == "" || b.Open == "") return true;
        return (Kind(a), Kind(b)) is ("(", "(") or ("[", "[");

        static string Kind(Sequence s) => s.Open is "matrix" && s.Close == "matrix" ? "[" : s is { Open: "⟨", Close: "⟩" }
            ? "(" : s.Open + s.Close
            switch { ")" => "", "]" => "", var close => close };
    }

    private bool HasSameItems(IReadOnlyList<Value> a, IReadOnlyList<Value> b)
    {
        if (a.Count > MostItems) return false;
        var left = b.ToList();
        foreach (Value item in a)
        {
            int found = left.FindIndex(other => IsSame(item, other));
            if (found < 0) return false;
            left.RemoveAt(found);
        }
        return true;
    }
}
