using System.Numerics;

namespace RIL.Training.Rewards.Expressions;

/// <summary>A fraction in lowest terms; operations give null where the result would take more than <see cref="MostBits"/> bits.</summary>
internal readonly record struct Rational
{
    public const int MostBits = 4096;

    private Rational(BigInteger numerator, BigInteger denominator) => (Numerator, Denominator) = (numerator, denominator);

    public BigInteger Numerator { get; }

    public BigInteger Denominator { get; }

    public bool IsInteger => Denominator.IsOne;

    public static Rational Of(BigInteger whole) => new(whole, BigInteger.One);

    public static Rational? Of(BigInteger numerator, BigInteger denominator)
    {
        if (denominator.IsZero || numerator.GetBitLength() > MostBits || denominator.GetBitLength() > MostBits) return null;
        BigInteger common = BigInteger.GreatestCommonDivisor(numerator, denominator) * denominator.Sign;
        return new Rational(numerator / common, denominator / common);
    }

    public Rational Negate() => new(-Numerator, Denominator);

    public Rational? Add(Rational other) =>
        Of(Numerator * other.Denominator + other.Numerator * Denominator, Denominator * other.Denominator);

    public Rational? Times(Rational other) => Of(Numerator * other.Numerator, Denominator * other.Denominator);

    public Rational? Over(Rational other) => Of(Numerator * other.Denominator, Denominator * other.Numerator);

    /// <summary>A whole power; null where it is too long, or 0 to a negative power.</summary>
    public Rational? Power(Rational exponent)
    {
        if (!exponent.IsInteger || BigInteger.Abs(exponent.Numerator) > MostBits) return null;
        int n = (int)exponent.Numerator, size = Math.Abs(n);
        if ((Math.Max(Numerator.GetBitLength(), Denominator.GetBitLength()) - 1) * size > MostBits) return null;
        (BigInteger up, BigInteger down) = (BigInteger.Pow(Numerator, size), BigInteger.Pow(Denominator, size));
        return n >= 0 ? Of(up, down) : Of(down, up);
    }

    /// <summary>The nearest double; fractions of long numbers too.</summary>
    public double ToDouble()
    {
        long excess = Math.Max(Numerator.GetBitLength(), Denominator.GetBitLength()) - 900;
        return excess <= 0 ? (double)Numerator / (double)Denominator
            : Math.Exp(BigInteger.Log(BigInteger.Abs(Numerator)) - BigInteger.Log(Denominator)) * Numerator.Sign;
    }

    public override string ToString() => IsInteger ? $"{Numerator}" : $"{Numerator}/{Denominator}";
}
