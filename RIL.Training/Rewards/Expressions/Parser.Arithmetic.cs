namespace RIL.Training.Rewards.Expressions;

// Sums, products, powers, functions; products may be written without a sign.
internal sealed partial class Parser
{
    private Node? Sum()
    {
        if (++_depth > MostDepth) return null;
        Node? left = Product();
        while (left is not null && Current.Kind == TokenKind.Sign && Current.Text is "+" or "-" or "±" or "∓")
        {
            Operation operation = Current.Text switch
            {
                "+" => Operation.Add, "-" => Operation.Subtract, "±" => Operation.PlusMinus, _ => Operation.MinusPlus,
            };
            _at++;
            left = Product() is { } right ? Node.Of(operation, left, right) : null;
        }
        _depth--;
        return left;
    }

    private Node? Product()
    {
        Node? left = Unary();
        while (left is not null)
        {
            if (Current.Is("*") || Current.Is("/"))
            {
                Operation operation = Current.Is("*") ? Operation.Multiply : Operation.Divide;
                _at++;
                left = Unary() is { } right ? Node.Of(operation, left, right) : null;
            }
            else if (StartsFactor()) left = Power() is { } right ? Node.Of(Operation.Multiply, left, right) : null;
            else break;
        }
        return left;
    }

    private bool StartsFactor() => Current.Kind switch
    {
        TokenKind.Open => Current.Text is "(" or "{" or "[" or "⌊" or "⌈",
        TokenKind.Word => !IsConnective && (Words.IsVariable(Current.Text) || IsKnown(Current.Text)),
        _ => false,
    };

    private static bool IsKnown(string word) => word is "\\frac" or "\\sqrt" or "\\cbrt" or "\\binom" or "pi" or "π" or "infty"
        || Words.Functions.Contains(word);

    private Node? Unary()
    {
        bool negative = false, both = false;
        while (Current.Kind == TokenKind.Sign && Current.Text is "-" or "+" or "±")
        {
            negative ^= Current.Is("-");
            both |= Current.Is("±");
            _at++;
        }
        if (Power() is not { } node) return null;
        if (both) node = Node.Of(Operation.PlusMinus, Node.Number(Rational.Of(0)), node);
        return negative ? Node.Of(Operation.Negate, node) : node;
    }

    private Node? Power()
    {
        if (++_depth > MostDepth || Primary() is not { } node) return null;
        while (Current.Is("!") || Current.Is("°"))
        {
            bool factorial = Current.Is("!");
            if (!factorial && !EndsFactorAfterDegree()) break;
            _at++;
            node = factorial ? Node.Of(Operation.Factorial, node) : Node.Call("degree", node);
        }
        if (Take("^")) node = Unary() is { } exponent ? Node.Of(Operation.Power, node, exponent) : null;
        _depth--;
        return node;
    }

    // Within arithmetic a degree is a number; at its end it is the unit.
    private bool EndsFactorAfterDegree() => _functions > 0 || After(1).Kind == TokenKind.Sign && After(1).Text is "+" or "-" or "*" or "/"
        || (After(1).Kind == TokenKind.Close && _depth > 2);

    private Node? Primary()
    {
        Token token = Current;
        switch (token.Kind)
        {
            case TokenKind.Number:
                _at++;
                Node number = Node.Number(token.Value, token.Decimals);
                if (token.Value.IsInteger && !token.Decimals && Current.Text == "\\frac" && LatexFraction() is { } mixed)
                    return Node.Of(Operation.Add, number, mixed);
                return number;
            case TokenKind.Open: return Group(token.Text);
            case TokenKind.Sign when token.Text == "|": return Between();
            case TokenKind.Word: return Name(token.Text);
            default: return null;
        }
    }

    private Node? Group(string open)
    {
        if (open is not ("(" or "{" or "[" or "⌊" or "⌈")) return null;
        _at++;
        if (Sum() is not { } inner || Current.Kind != TokenKind.Close) return null;
        string close = Current.Text;
        _at++;
        return (open, close) switch
        {
            ("(", ")") or ("{", "}") or ("[", "]") => inner,
            ("⌊", "⌋") => Node.Call("floor", inner),
            ("⌈", "⌉") => Node.Call("ceil", inner),
            _ => null,
        };
    }

    private Node? Between()
    {
        _at++;
        return Sum() is { } inner && Take("|") ? Node.Call("abs", inner) : null;
    }

    private Node? Name(string name)
    {
        _at++;
        switch (name)
        {
            case "\\frac" or "\\binom":
                return Argument() is { } up && Argument() is { } down ? name == "\\frac" ? Node.Of(Operation.Divide, up, down)
                    : Node.Call(name, up, down) : null;
            case "\\sqrt" or "sqrt" when Take("["):
                return Sum() is { } degree && Take("]") && Argument() is { } under ? Node.Call("\\sqrt", under, degree) : null;
            case "\\sqrt" or "\\cbrt" or "sqrt" or "cbrt":
                return Argument() is { } root ? Node.Call(name is "sqrt" or "\\sqrt" ? "\\sqrt" : "cbrt", root) : null;
            case "pi" or "π": return Node.Constant("pi");
            case "e": return Node.Constant("e");
            case "infty": return Node.Constant("infty");
        }
        if (Words.Functions.Contains(name)) return Function(name);
        return Words.IsVariable(name) ? Node.Variable(name) : null;
    }

    private Node? Function(string name)
    {
        Node? exponent = null, basis = null;
        if (Take("^") && (exponent = Argument()) is null) return null;
        if (Take("_") && (basis = Argument()) is null) return null;
        Node? argument = FunctionArgument();
        if (argument is null) return null;
        Node call = basis is null ? Node.Call(name, argument) : Node.Call(name, argument, basis);
        return exponent is null ? call
            : exponent is { Operation: Operation.Negate, Parts: [{ Operation: Operation.Number }] } && name is "sin" or "cos" or "tan"
            ? Node.Call("a" + name, argument) : Node.Of(Operation.Power, call, exponent);
    }

    // sin x, sin 2x, sin(x): a product without signs.
    private Node? FunctionArgument()
    {
        _functions++;
        bool brackets = Current.Is("(");
        Node? product = Power();
        while (!brackets && product is not null && StartsFactor() && !Words.Functions.Contains(Current.Text))
            product = Power() is { } next ? Node.Of(Operation.Multiply, product, next) : null;
        _functions--;
        return product;
    }

    // {…}, or the one sign that LaTeX takes: \frac12, \sqrt2.
    private Node? Argument()
    {
        if (Current.Kind == TokenKind.Open) return Group(Current.Text);
        if (Current.Is("-"))
        {
            _at++;
            return Argument() is { } inner ? Node.Of(Operation.Negate, inner) : null;
        }
        return Current.Kind switch
        {
            TokenKind.Number => Node.Number(tokens[_at].Value, tokens[_at++].Decimals),
            TokenKind.Word => ++_depth > MostDepth ? null : Name(Current.Text),
            _ => null,
        };
    }
}
