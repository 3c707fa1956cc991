namespace RIL.Training.Rewards.Expressions;

/// <summary>
/// Cuts a text into the pieces of expressions, plain or in LaTeX, in one pass. Whatever it meets becomes a piece: it refuses nothing.
/// </summary>
internal sealed class Tokenizer(string text, bool decimalComma)
{
    /// <summary>What a text is cut into at most; what follows is not read.</summary>
    public const int MostTokens = 500;

    private readonly List<Token> _tokens = [];
    private readonly List<int> _closingBraces = [];
    private int _at, _depth, _textEnd = -1;
    private bool _apart;

    /// <summary>The pieces, the last of kind <see cref="TokenKind.End"/>; null where there are too many.</summary>
    public static List<Token>? Tokens(string text, bool decimalComma)
    {
        var reader = new Tokenizer(text, decimalComma);
        while (reader._at < text.Length)
        {
            if (reader._tokens.Count >= MostTokens) return null;
            reader.Next();
        }
        reader.Add(TokenKind.End, "");
        return reader._tokens;
    }

    private char Peek(int ahead) => _at + ahead < text.Length && _at + ahead >= 0 ? text[_at + ahead] : '\0';

    private void Add(TokenKind kind, string name)
    {
        if (kind == TokenKind.Open) _depth++;
        if (kind == TokenKind.Close && _depth > 0) _depth--;
        _tokens.Add(new Token(kind, name, Apart: _apart));
        _apart = false;
    }

    private void Next()
    {
        char c = text[_at];
        if (char.IsAsciiDigit(c) || (c is '.' && char.IsAsciiDigit(Peek(1)) && !char.IsLetterOrDigit(Peek(-1)))) Number();
        else if (char.IsLetter(c)) Word();
        else if (c == '\\') Command();
        else Mark(c);
    }

    private void Number()
    {
        if (TimeReader.Read(text, ref _at) is { } special)
        {
            _tokens.Add(special with { Apart = _apart });
            _apart = false;
            return;
        }
        int start = _at;
        if (NumberReader.Read(text, ref _at, decimalComma && _depth == 0) is { } number)
        {
            _tokens.Add(new Token(TokenKind.Number, text[start.._at], number.Value, number.Decimals, _apart));
            _apart = false;
            // 1st, 2nd, 3rd, 4th
            if (Peek(0) is 's' or 'n' or 'r' or 't' && text.AsSpan(_at, Math.Min(2, text.Length - _at)) is "st" or "nd" or "rd" or "th"
                && !char.IsLetter(Peek(2))) _at += 2;
            return;
        }
        while (_at < text.Length && (char.IsAsciiDigit(text[_at]) || (text[_at] is '.' or ',' && char.IsAsciiDigit(Peek(1))))) _at++;
        Add(TokenKind.Sign, "1.2.3");
    }

    private void Word()
    {
        int start = _at;
        bool upright = _at < _textEnd;
        while (_at < text.Length && char.IsLetter(text[_at])) _at++;
        string name = text[start.._at];
        if (!upright && Words.IsProduct(name, start == 0 ? '\0' : text[start - 1], Peek(0)))
        {
            foreach (char letter in name) Add(TokenKind.Word, letter.ToString());
            return;
        }
        if (SignOf(name) is { } sign)
        {
            Add(TokenKind.Sign, sign);
            return;
        }
        if (Peek(0) == '_' && name.Length == 1) name += Index();
        Add(upright ? TokenKind.Text : TokenKind.Word, name);
    }

    // Words and letters that stand for signs: minus 4, 5 x 5, (1, 2) U (3, 4).
    private string? SignOf(string name)
    {
        int next = _at;
        while (next < text.Length && text[next] == ' ') next++;
        char after = next < text.Length ? text[next] : '\0';
        TokenKind? before = _tokens.Count == 0 ? null : _tokens[^1].Kind;
        return name switch
        {
            "x" or "X" when char.IsAsciiDigit(after) && (before == TokenKind.Number || (_tokens.Count > 1 && _tokens[^1].IsWord
                && Units.IsUnit(_tokens[^1].Text) && _tokens[^2].Kind == TokenKind.Number)) => "*",
            "U" when before == TokenKind.Close && after is '(' or '[' => "∪",
            "minus" or "negative" or "Minus" or "Negative" or "menos" or "moins" or "минус" => "-",
            _ => null,
        };
    }

    // x_1, x_{12}: part of the name.
    private string Index()
    {
        int start = _at++;
        bool braces = Peek(0) == '{';
        if (braces) _at++;
        while (_at < text.Length && char.IsAsciiLetterOrDigit(text[_at]) && _at - start < 12) _at++;
        if (braces && Peek(0) == '}') _at++;
        return text[start.._at].Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal);
    }

    private void Mark(char c)
    {
        _at++;
        switch (c)
        {
            case '\n': Add(TokenKind.Sign, "\n"); break;
            case '{' or '(' or '[' or '⟨': Add(TokenKind.Open, c.ToString()); break;
            case '}' when _closingBraces.Remove(_at - 1): break;
            case '}' or ')' or ']' or '⟩': Add(TokenKind.Close, c.ToString()); break;
            case '*' when Peek(0) == '*': DoubleStar(); break;
            case '*' or '×' or '·' or '⋅' or '∙' or '∗' or '⨯': Add(TokenKind.Sign, "*"); break;
            case '÷' or '∕' or '⁄': Add(TokenKind.Sign, "/"); break;
            case '^' when text.AsSpan(_at) is var rest && (rest.StartsWith("\\circ") || rest.StartsWith("{\\circ}")):
                _at += rest[0] == '{' ? 7 : 5;
                Add(TokenKind.Sign, "°");
                break;
            case '√': Add(TokenKind.Word, "\\sqrt"); break;
            case '∛': Add(TokenKind.Word, "\\cbrt"); break;
            case '∞': Add(TokenKind.Word, "infty"); break;
            case '<' when Peek(0) == '=': _at++; Add(TokenKind.Sign, "≤"); break;
            case '>' when Peek(0) == '=': _at++; Add(TokenKind.Sign, "≥"); break;
            case '!' when Peek(0) == '=': _at++; Add(TokenKind.Sign, "≠"); break;
            case '+' when Peek(0) == '-': _at++; Add(TokenKind.Sign, "±"); break;
            case '_' when _tokens is [.., { Kind: TokenKind.Word, Text: "log" }]: Add(TokenKind.Sign, "_"); break;
            case '_' or '`': break;
            default:
                if (char.IsWhiteSpace(c)) _apart = true;
                else Add(TokenKind.Sign, c.ToString());
                break;
        }
    }

    // A power in code, or the stars of bold text.
    private void DoubleStar()
    {
        bool power = (char.IsLetterOrDigit(Peek(-2)) || Peek(-2) is ')') && (char.IsLetterOrDigit(Peek(1)) || Peek(1) is '(' or '-');
        _at++;
        if (power) Add(TokenKind.Sign, "^");
    }

    private void Command()
    {
        int start = ++_at;
        while (_at < text.Length && char.IsAsciiLetter(text[_at])) _at++;
        string name = text[start.._at];
        if (name.Length == 0)
        {
            char c = Peek(0);
            if (_at < text.Length) _at++;
            if (c is '{' or '}') Add(c == '{' ? TokenKind.Open : TokenKind.Close, "\\" + c);
            else if (c is '\\') Add(TokenKind.Sign, "\\");
            else if (c is '%' or '$' or '|' or '#' or '&') Add(TokenKind.Sign, c == '$' ? "\\$" : c.ToString());
            else if (c is ',' or ';' or ':' or ' ') _apart = true;
            return;
        }
        if (name is "begin" or "end") Environment(name == "begin");
        else if (LatexNames.Upright.Contains(name)) Upright();
        else if (LatexNames.Ignored.Contains(name)) SkipPoint(name);
        else if (LatexNames.Signs.TryGetValue(name, out string? sign)) Add(TokenKind.Sign, sign);
        else if (LatexNames.Brackets.TryGetValue(name, out (bool Open, string Sign) bracket))
            Add(bracket.Open ? TokenKind.Open : TokenKind.Close, bracket.Sign);
        else
        {
            Add(TokenKind.Word, LatexNames.Words.GetValueOrDefault(name, name));
            if (_tokens[^1].Text is "\\frac" or "\\binom") ShortArguments();
        }
    }

    // \frac12 is a half.
    private void ShortArguments()
    {
        for (int i = 0; i < 2 && char.IsAsciiDigit(Peek(0)); i++)
            _tokens.Add(new Token(TokenKind.Number, text[_at].ToString(), Rational.Of(text[_at++] - '0')));
    }

    // \left. and \right. stand for no bracket at all.
    private void SkipPoint(string name)
    {
        _apart |= name is "quad" or "qquad";
        if (name is "left" or "right" && Peek(0) == '.') _at++;
    }

    private void Upright()
    {
        while (Peek(0) == ' ') _at++;
        if (Peek(0) != '{') return;
        int depth = 0;
        for (int i = _at; i < text.Length; i++)
        {
            if (text[i] == '{') depth++;
            else if (text[i] == '}' && --depth == 0)
            {
                _closingBraces.Add(i);
                _textEnd = Math.Max(_textEnd, i);
                break;
            }
        }
        _at++;
        _apart = true;
    }

    private void Environment(bool begins)
    {
        int close = Peek(0) == '{' ? text.IndexOf('}', _at) : -1;
        if (close < 0 || close - _at > 20) return;
        string name = text[(_at + 1)..close];
        _at = close + 1;
        if (!name.Contains("matrix", StringComparison.Ordinal) && name != "array") return;
        if (begins && name == "array" && Peek(0) == '{' && text.IndexOf('}', _at) is > 0 and var end) _at = end + 1;
        Add(begins ? TokenKind.Open : TokenKind.Close, "matrix");
    }
}
