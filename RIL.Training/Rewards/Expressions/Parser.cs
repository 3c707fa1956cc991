namespace RIL.Training.Rewards.Expressions;

/// <summary>
/// Reads pieces as one value: items joined by commas or words, relations, unions, brackets, quantities with units, and arithmetic.
/// Its work is bounded by the number of pieces times the depth of brackets, which is limited.
/// </summary>
internal sealed partial class Parser(IReadOnlyList<Token> tokens, int start, int end)
{
    private const int MostDepth = 40;
    private static readonly Token EndToken = new(TokenKind.End, "");

    private readonly int _start = start;
    private int _at = start, _depth, _functions;

    /// <summary>The value that all these pieces are, or null where they are none.</summary>
    public static Value? Read(IReadOnlyList<Token> tokens, int start, int end)
    {
        var parser = new Parser(tokens, start, end);
        Value? value = parser.List();
        return parser._at == end ? value : null;
    }

    private Token Current => _at < end ? tokens[_at] : EndToken;

    private Token After(int ahead) => _at + ahead < end ? tokens[_at + ahead] : EndToken;

    private bool Take(string sign)
    {
        if (!Current.Is(sign)) return false;
        _at++;
        return true;
    }

    private bool TakeWord(string word)
    {
        if (!Current.IsWord || Current.Text != word) return false;
        _at++;
        return true;
    }

    private Value? List()
    {
        var items = new List<Value>();
        bool ordered = true;
        while (true)
        {
            if (Relations() is not { } item) return null;
            items.Add(item);
            bool joined = false;
            while (Current.Is(",") || Current.Is(";") || IsConnective)
            {
                ordered &= !IsConnective;
                joined = true;
                _at++;
            }
            if (!joined) break;
            if (_at == end) return null;
        }
        return items.Count == 1 ? Alternatives(items[0]) : Joined([.. items.Select(Alternatives)], ordered);
    }

    private bool IsConnective => Current.IsWord && Words.Connectives.Contains(Current.Text) && _at > _start
        && !(Current.Text.Length == 1 && char.IsAscii(Current.Text[0]) && !(Current.Apart && After(1).Apart
            && tokens[_at - 1].Kind is TokenKind.Number or TokenKind.Close));

    // x = 1 or x = 2 says that x is one of two; x = 1, y = 2 says two things.
    private static Value Joined(IReadOnlyList<Value> items, bool ordered)
    {
        if (items[0] is Named { Name.Operation: Operation.Variable } first
            && items.Skip(1).All(i => i is not Named and not Relation || (i is Named n && Comparison.IsSameName(n.Name, first.Name))))
            return new Named(first.Name, new Sequence("", "", [.. items.SelectMany(i => Flat(i is Named n ? n.Inner : i))], false));
        bool named = items.Any(i => i is Named or Sequence { Open: "", Ordered: false });
        return new Sequence("", "", [.. items.SelectMany(Flat)], ordered && !named);
    }

    private static IReadOnlyList<Value> Flat(Value value) => value is Sequence { Open: "" } list ? list.Items : [value];

    private static Value Alternatives(Value value) => value switch
    {
        Scalar { Of.HasAlternatives: true } s =>
            new Sequence("", "", [s with { Of = s.Of.Choose(true) }, s with { Of = s.Of.Choose(false) }],
            false),
        Named named => named with { Inner = Alternatives(named.Inner) },
        _ => value,
    };

    private Value? Relations()
    {
        if (Union() is not { } side) return null;
        List<Value> sides = [side];
        List<string> signs = [];
        while (Current.Kind == TokenKind.Sign && Current.Text is "=" or "<" or ">" or "≤" or "≥" or "≠" or "≈" or "∈" or "⇒")
        {
            signs.Add(Current.Text);
            _at++;
            if (Union() is not { } next) return null;
            sides.Add(next);
        }
        return signs.Count == 0 ? side : Relationship.Of(sides, signs);
    }

    private Value? Union()
    {
        if (Item() is not { } first) return null;
        if (Current.Is(":") && Current.Apart == After(1).Apart) return Ratio(first);
        if (!Current.Is("∪")) return first;
        List<Value> items = [first];
        while (Take("∪"))
        {
            if (Item() is not { } next) return null;
            items.Add(next);
        }
        return new Sequence("∪", "", items, false);
    }

    private Sequence? Ratio(Value first)
    {
        List<Value> items = [first];
        while (Take(":"))
        {
            if (Item() is not { } next) return null;
            items.Add(next);
        }
        return new Sequence(":", "", items, true);
    }

    private Value? Item()
    {
        Token token = Current;
        if (token.Kind == TokenKind.Clock)
        {
            _at++;
            return new Clock(token.Parts!, Half());
        }
        if (token.Kind == TokenKind.Range)
        {
            _at++;
            Unit unit = UnitAfter() ?? Unit.None;
            return new Sequence("-", "", [.. token.Parts!.Select(p => new Scalar(Node.Number(p), unit, false, true))], true);
        }
        if (token.Is("∅"))
        {
            _at++;
            return new Sequence("{", "}", [], false);
        }
        if (token.Kind == TokenKind.Open && IsSequence()) return Brackets();
        if (Quantity() is { } quantity) return quantity;
        if (Sum() is not { } node) return null;
        bool percent = TakePercent();
        return new Scalar(node, UnitAfter() ?? Unit.None, percent, false);
    }

    private string? Half()
    {
        if (!Current.IsWord) return null;
        string word = Current.Text.ToLowerInvariant();
        if (word is "am" or "pm")
        {
            _at++;
            return word;
        }
        if (word is not ("a" or "p") || !After(1).Is(".") || After(2).Text.ToLowerInvariant() != "m") return null;
        _at += After(3).Is(".") ? 4 : 3;
        return word + "m";
    }

    // Brackets that hold items and are no grouping of arithmetic.
    private bool IsSequence()
    {
        string open = Current.Text;
        if (open is "matrix" or "\\{" or "⟨") return true;
        if (open is "⌊" or "⌈") return false;
        int depth = 0;
        for (int i = _at; i < end; i++)
        {
            if (tokens[i].Kind == TokenKind.Open) depth++;
            else if (tokens[i].Kind == TokenKind.Close)
            {
                if (--depth == 0) return false;
            }
            else if (depth == 1 && tokens[i].Kind == TokenKind.Sign && tokens[i].Text is "," or ";") return true;
        }
        return false;
    }

    private Sequence? Brackets()
    {
        if (++_depth > MostDepth) return null;
        string open = Current.Text;
        _at++;
        if (open == "matrix") return Matrix();
        var items = new List<Value>();
        while (Current.Kind != TokenKind.Close)
        {
            if (Relations() is not { } item) return null;
            items.Add(Alternatives(item));
            if (!Take(",") && !Take(";") && Current.Kind != TokenKind.Close) return null;
        }
        string close = Current.Text;
        _at++;
        _depth--;
        if (open is "{" or "\\{") return close is "}" or "\\}" ? new Sequence("{", "}", items, false) : null;
        return new Sequence(open, close, items, true);
    }

    private Sequence? Matrix()
    {
        List<Value> rows = [], row = [];
        while (true)
        {
            if (Current.Kind == TokenKind.Close && row.Count == 0) break;
            if (Relations() is not { } item) return null;
            row.Add(item);
            if (Take("&")) continue;
            rows.Add(new Sequence("[", "]", row, true));
            row = [];
            while (Take("\\")) { }
            if (Current.Kind is not (TokenKind.Close or TokenKind.End) && !tokens[_at - 1].Is("\\")) return null;
            if (Current.Kind == TokenKind.End) return null;
        }
        if (!Take("matrix")) return null;
        _depth--;
        return new Sequence("matrix", "matrix", rows, true);
    }
}
