namespace RIL.Training.Rewards.Expressions;

internal enum TokenKind { Number, Clock, Range, Word, Text, Sign, Open, Close, End }

/// <summary>A piece of an expression.</summary>
/// <param name="Kind">What it is; a <c>Text</c> is a word that LaTeX sets upright, so it is no product of variables.</param>
/// <param name="Text">Its letters, its one sign, or a number as it was written.</param>
/// <param name="Value">The value of a number.</param>
/// <param name="Decimals">Whether a number was written with decimals or an exponent, so that it may be a rounded one.</param>
/// <param name="Apart">Whether a blank stands before it.</param>
/// <param name="Parts">Hours, minutes and seconds of a clock; both ends of a range.</param>
internal readonly record struct Token(TokenKind Kind, string Text, Rational Value = default, bool Decimals = false, bool Apart = false,
    IReadOnlyList<Rational>? Parts = null)
{
    public bool Is(string sign) => Kind is TokenKind.Sign or TokenKind.Open or TokenKind.Close && Text == sign;

    public bool IsWord => Kind is TokenKind.Word or TokenKind.Text;
}
