namespace RIL.Training.Rewards.Expressions;

// Numbers with units, and expressions in variables.
internal sealed partial class Comparison
{
    private const int Points = 16, ExactPoints = 12, EnoughPoints = 3;

    private bool IsSameScalar(Scalar truth, Scalar said)
    {
        if (truth.Of.HasVariables || said.Of.HasVariables) return IsSameExpression(truth.Of, said.Of);
        if (truth.Percent != said.Percent)
        {
            // A bare number beside 50 % may be 0.5, or 50 where the question asks for per cent.
            (Node percent, Node bare) = truth.Percent ? (truth.Of, said.Of) : (said.Of, truth.Of);
            return IsSameNumber(percent, bare)
                || IsSameNumber(Node.Of(Operation.Divide, percent, Node.Number(Rational.Of(100))), bare);
        }
        if (truth.Unit.IsNone || said.Unit.IsNone || truth.Unit == said.Unit) return IsSameNumber(truth.Of, said.Of);
        return truth.Unit.Dimension == said.Unit.Dimension && IsSameNumber(truth.InBase, said.InBase);
    }

    private bool IsSameNumber(Node a, Node b)
    {
        bool rounded = a.Decimals || b.Decimals || tolerance is not null;
        if (a.Exact() is { } x && b.Exact() is { } y)
        {
            if (x == y) return true;
            return rounded && IsNear(x.ToDouble(), y.ToDouble(), tolerance ?? Usual);
        }
        return IsNear(Numeric.Of(a, _ => double.NaN), Numeric.Of(b, _ => double.NaN), rounded ? tolerance ?? Usual : OfExpressions);
    }

    private static bool IsNear(double a, double b, double share) => a == b
        || (double.IsFinite(a) && double.IsFinite(b) && Math.Abs(a - b) <= share * Math.Max(Math.Abs(a), Math.Abs(b)));

    private bool IsSameExpression(Node a, Node b)
    {
        bool rounded = a.Decimals || b.Decimals || tolerance is not null;
        int same = 0;
        for (int i = 0; i < ExactPoints && !rounded; i++)
        {
            int point = i;
            Rational At(string name) => Rational.Of((long)Math.Round(1000 * Numeric.Point(name, point)), 1000)!.Value;
            if (a.Exact(At) is not { } x || b.Exact(At) is not { } y) continue;
            if (x != y) return false;
            same++;
        }
        if (same >= EnoughPoints) return true;
        same = 0;
        for (int i = 0; i < Points; i++)
        {
            int point = i;
            double x = Numeric.Of(a, n => Numeric.Point(n, point)), y = Numeric.Of(b, n => Numeric.Point(n, point));
            if (!double.IsFinite(x) || !double.IsFinite(y)) continue;
            double share = rounded ? tolerance ?? Usual : OfExpressions;
            if (Math.Abs(x - y) > share * Math.Max(Math.Max(Math.Abs(x), Math.Abs(y)), 1e-3)) return false;
            same++;
        }
        return same >= EnoughPoints;
    }

    private static Relation? AsRelation(Named named) => named.Inner is Scalar { Unit.IsNone: true, Percent: false } scalar
        ? new Relation("=", named.Name, scalar.Of) : null;

    // Both sides minus each other are the same up to a factor, which an inequality needs to be positive.
    private bool IsSameRelation(Relation a, Relation b)
    {
        (string sign, Node first) = Difference(a);
        (string other, Node second) = Difference(b);
        if (sign != other) return false;
        double ratio = double.NaN;
        for (int i = 0; i < Points && double.IsNaN(ratio); i++)
        {
            int point = i;
            double x = Numeric.Of(first, n => Numeric.Point(n, point)), y = Numeric.Of(second, n => Numeric.Point(n, point));
            if (double.IsFinite(x) && double.IsFinite(y) && Math.Abs(x) > 1e-6 && Math.Abs(y) > 1e-6) ratio = x / y;
        }
        if (double.IsNaN(ratio) || (ratio < 0 && sign is not ("=" or "≠"))) return false;
        return HasRatio(first, second, ratio);
    }

    private static bool HasRatio(Node first, Node second, double ratio)
    {
        int same = 0;
        for (int i = 0; i < Points; i++)
        {
            int point = i;
            double x = Numeric.Of(first, n => Numeric.Point(n, point)), y = ratio * Numeric.Of(second, n => Numeric.Point(n, point));
            if (!double.IsFinite(x) || !double.IsFinite(y)) continue;
            if (Math.Abs(x - y) > 1e-8 * Math.Max(Math.Max(Math.Abs(x), Math.Abs(y)), 1)) return false;
            same++;
        }
        return same >= EnoughPoints;
    }

    private static (string Sign, Node Of) Difference(Relation relation)
    {
        bool turned = relation.Sign is ">" or "≥";
        string sign = relation.Sign switch { ">" => "<", "≥" => "≤", "≈" => "=", var s => s };
        return (sign, turned ? Node.Of(Operation.Subtract, relation.Right, relation.Left)
            : Node.Of(Operation.Subtract, relation.Left, relation.Right));
    }
}
