namespace RIL.Training.Rewards.Expressions;

// Numbers as people write results, with what they measure.
internal sealed partial class Parser
{
    private Scalar? Quantity()
    {
        int from = _at;
        bool round = Take("("), square = !round && Take("[");
        if (Compound() is { } quantity && (!round || Take(")")) && (!square || Take("]")) && EndsItem()) return quantity;
        _at = from;
        return null;
    }

    // 5 ft 6 in; 1 hour and 30 minutes: smaller units of one kind are added.
    private Scalar? Compound()
    {
        if (Amount() is not { } whole) return null;
        while (!whole.Unit.IsNone && !whole.Percent)
        {
            int from = _at;
            if (IsConnective) _at++;
            if (Current.Kind != TokenKind.Number || Amount() is not { } part || part.Unit.Dimension != whole.Unit.Dimension
                || part.Unit.Factor.ToDouble() >= whole.Unit.Factor.ToDouble())
            {
                _at = from;
                break;
            }
            Node sum = Node.Of(Operation.Add, whole.InBase, part.InBase);
            // Still smaller ones may follow.
            whole = new Scalar(Node.Of(Operation.Divide, sum, Node.Number(part.Unit.Factor)), part.Unit, false, true);
        }
        return whole;
    }

    private Scalar? Amount()
    {
        while (Current.Is("≈") || Current.Is("~")) _at++;
        bool negative = Take("-");
        if (!negative) Take("+");
        string? currency = Current.Kind == TokenKind.Sign && Current.Text is "\\$" or "€" or "£" or "¥" or "₹" or "₽" or "₩" ? Current.Text
            : Current.IsWord && Current.Text is "USD" or "EUR" or "GBP" or "JPY" or "CNY" or "INR" or "RUB" or "KRW" ? Current.Text
            : null;
        if (currency is not null)
        {
            _at++;
            if (Take("-")) negative = !negative;
        }
        if (PlainNumber() is not { } number) return null;
        if (Magnitude() is { } tens)
            number = Node.Of(Operation.Multiply, number, Node.Number(Rational.Of(10).Power(Rational.Of(tens))!.Value));
        if (negative) number = Node.Of(Operation.Negate, number);
        bool percent = TakePercent();
        Unit? unit = currency is null ? UnitAfter() : Units.Product([(currency, 1)]);
        if (currency is not null && Current.IsWord && Units.IsUnit(Current.Text)) UnitAfter();
        return new Scalar(number, unit ?? Unit.None, percent, true);
    }

    // 3; 3/4; 2 3/4; \frac{3}{4}; 2\frac{3}{4}; 3 × 10^5.
    private Node? PlainNumber()
    {
        if (LatexFraction() is { } alone) return alone;
        if (Current.Kind != TokenKind.Number) return null;
        Token first = Current;
        _at++;
        Node number = Node.Number(first.Value, first.Decimals);
        bool whole = first.Value.IsInteger && !first.Decimals;
        if (whole && LatexFraction() is { } rest) return Node.Of(Operation.Add, number, rest);
        if (whole && IsSlash(1) && Current is { Kind: TokenKind.Number, Apart: true })
        {
            Node part = Node.Of(Operation.Divide, Node.Number(Current.Value), Node.Number(After(2).Value));
            bool proper = Current.Value.Numerator < After(2).Value.Numerator && !Current.Decimals && !After(2).Decimals;
            if (!proper) return null;
            _at += 3;
            return Node.Of(Operation.Add, number, part);
        }
        if (IsSlash(0))
        {
            Token below = After(1);
            _at += 2;
            return Node.Of(Operation.Divide, number, Node.Number(below.Value, below.Decimals));
        }
        if (first.Text == "10" && PowerOfTen(0) is { } ten) return ten;
        return Scientific() is { } power ? Node.Of(Operation.Multiply, number, power) : number;
    }

    private bool IsSlash(int ahead) => After(ahead).Is("/") && After(ahead + 1).Kind == TokenKind.Number;

    private Node? LatexFraction()
    {
        if (Current is not { Kind: TokenKind.Word, Text: "\\frac" }) return null;
        int from = _at++;
        if (Braced() is { } up && Braced() is { } down) return Node.Of(Operation.Divide, up, down);
        _at = from;
        return null;
    }

    private Node? Braced()
    {
        if (Current.Kind == TokenKind.Number && Current.Text.Length == 1)
        {
            _at++;
            return Node.Number(tokens[_at - 1].Value);
        }
        int minus = After(1).Is("-") ? 1 : 0;
        if (!Current.Is("{") || After(1 + minus).Kind != TokenKind.Number || !After(2 + minus).Is("}")) return null;
        Token number = After(1 + minus);
        _at += 3 + minus;
        Node node = Node.Number(number.Value, number.Decimals);
        return minus == 1 ? Node.Of(Operation.Negate, node) : node;
    }

    // × 10^5, x 10^5, · 10^{-5}
    private Node? Scientific()
    {
        bool times = Current.Is("*") || (Current is { Kind: TokenKind.Word, Text: "x" or "X" });
        return times && After(1) is { Kind: TokenKind.Number, Text: "10" } ? PowerOfTen(2) : null;
    }

    // ^5, ^{-5} after a 10
    private Node? PowerOfTen(int at)
    {
        if (!After(at++).Is("^")) return null;
        bool braces = After(at).Is("{") || After(at).Is("(");
        if (braces) at++;
        bool negative = After(at).Is("-");
        if (negative || After(at).Is("+")) at++;
        if (After(at) is not { Kind: TokenKind.Number, Decimals: false } exponent) return null;
        at++;
        if (braces && After(at).Kind != TokenKind.Close) return null;
        if (Rational.Of(10).Power(negative ? exponent.Value.Negate() : exponent.Value) is not { } power) return null;
        _at += braces ? at + 1 : at;
        return Node.Number(power, true);
    }

    private int? Magnitude()
    {
        if (!Current.IsWord || Units.MagnitudeTensOf(Current.Text) is not { } tens
            || (Current.Text is "k" or "K" or "M" or "B" && Current.Apart)) return null;
        _at++;
        return tens + (Magnitude() ?? 0);
    }

    private bool TakePercent()
    {
        if (Current.Is("%"))
        {
            _at++;
            return true;
        }
        if (!Current.IsWord || !Units.Percent.Contains(Current.Text))
        {
            if (!(TakeWord("per") && TakeWord("cent"))) return false;
            return true;
        }
        _at++;
        return true;
    }

    /// <summary>cm, cm^2, cm2, cm², square cm, m/s, kg·m, °C; null where there is none.</summary>
    private Unit? UnitAfter()
    {
        if (Current.Text == "\\frac" && UnitFraction() is { } fraction) return fraction;
        int from = _at;
        var parts = new List<(string, int)>();
        int sign = 1;
        while (true)
        {
            int power = 1;
            if (Current.IsWord && Current.Text is "square" or "sq" or "平方") { power = 2; _at++; Take("."); }
            else if (Current.IsWord && Current.Text is "cubic" or "cu" or "立方") { power = 3; _at++; Take("."); }
            if (UnitName() is not { } name) break;
            power *= PowerAfter();
            parts.Add((name, sign * power));
            from = _at;
            if (Current.Is("/") || (Current.IsWord && Current.Text == "per"))
            {
                sign = -1;
                _at++;
            }
            else if (Current.Is("*")) _at++;
            else if (!(Current.IsWord && Units.IsUnit(Current.Text))) break;
        }
        _at = from;
        return parts.Count == 0 ? null : Units.Product(parts);
    }

    // \frac{m}{s}
    private Unit? UnitFraction()
    {
        if (!After(1).Is("{") || !After(3).Is("}") || !After(4).Is("{") || !After(6).Is("}") || !Units.IsUnit(After(2).Text)
            || !Units.IsUnit(After(5).Text)) return null;
        Unit? unit = Units.Product([(After(2).Text, 1), (After(5).Text, -1)]);
        _at += 7;
        return unit;
    }

    private string? UnitName()
    {
        Token token = Current;
        if (token.Is("°"))
        {
            _at++;
            if (Current.IsWord && Current.Text is "C" or "F") return "°" + tokens[_at++].Text;
            return "°";
        }
        if (token.Kind == TokenKind.Sign && token.Text is "€" or "£" or "¥" or "₹" or "₽" or "₩" or "\\$" or "¢")
        {
            _at++;
            return token.Text;
        }
        if (!token.IsWord || !Units.IsUnit(token.Text)) return null;
        _at++;
        if (token.Text is "degree" or "degrees" or "deg" && Current.IsWord && Current.Text is "C" or "F" or "Celsius" or "celsius"
            or "Fahrenheit" or "fahrenheit") return tokens[_at++].Text[0] is 'C' or 'c' ? "°C" : "°F";
        return token.Text;
    }

    private int PowerAfter()
    {
        if (Current.IsWord && Current.Text is "squared" or "cubed") return tokens[_at++].Text == "squared" ? 2 : 3;
        if (Current is { Kind: TokenKind.Number, Text: "2" or "3", Apart: false }) return tokens[_at++].Text[0] - '0';
        if (!Current.Is("^")) return 1;
        int at = 1;
        bool braces = After(1).Is("{");
        if (braces) at++;
        bool negative = After(at).Is("-");
        if (negative) at++;
        if (After(at) is not { Kind: TokenKind.Number, Text.Length: 1 } number || (braces && !After(at + 1).Is("}"))) return 1;
        _at += at + (braces ? 2 : 1);
        return (number.Text[0] - '0') * (negative ? -1 : 1);
    }

    private bool EndsItem() => Current.Kind is TokenKind.End or TokenKind.Close || IsConnective
        || (Current.Kind == TokenKind.Sign && Current.Text is "," or ";" or ":" or "=" or "<" or ">" or "≤" or "≥" or "≠"
            or "≈" or "∪" or "&"
            or "\\" or "⇒");
}
