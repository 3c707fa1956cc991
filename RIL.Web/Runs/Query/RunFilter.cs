using System.Globalization;
using Microsoft.Data.Sqlite;
using RIL.Web.Data;

namespace RIL.Web.Runs.Query;

/// <summary>
/// A filter of runs: <c>state = running and metrics.reward &gt; 1.2 and config.learning_rate &lt; 1e-5 and tag = baseline and name ~ ril and created &gt; -7d</c>.
/// Words joined by <c>and</c>, <c>or</c>, <c>not</c> and brackets; a word alone is looked for in names. Compiled to SQL with parameters: nothing a person types
/// becomes SQL text. What is longer or deeper than anybody writes is refused: the filter is read by recursion, and SQLite takes expressions of a limited depth.
/// </summary>
internal sealed class RunFilter
{
    /// <summary>Most characters of a filter.</summary>
    public const int Longest = 2000;

    /// <summary>Most brackets and <c>not</c> inside each other.</summary>
    public const int Deepest = 50;

    /// <summary>Most conditions.</summary>
    public const int MostTerms = 200;

    private readonly List<FilterToken> _tokens;
    private readonly Dictionary<string, object> _values = [];
    private readonly string? _me;
    private readonly DateTimeOffset _now;
    private int _next, _depth, _terms;

    private RunFilter(string text, string? me, DateTimeOffset now) => (_tokens, _me, _now) = (FilterToken.Split(text), me, now);

    /// <summary>The condition over table <c>Runs r</c>; <c>1</c> for an empty filter.</summary>
    public string Sql { get; private set; } = "1";

    /// <summary>Whether the filter itself says which states it wants; else archived runs and the trash stay out of sight.</summary>
    public bool SaysState { get; private set; }

    /// <summary>Reads a filter; throws <see cref="FilterException"/> with what is wrong and where.</summary>
    public static RunFilter Parse(string? text, string? me, DateTimeOffset now)
    {
        if (text?.Length > Longest) throw new FilterException($"The filter has {text.Length} characters; expected at most {Longest}.", Longest);
        var filter = new RunFilter(text ?? "", me, now);
        if (filter.Peek.Kind == TokenKind.End) return filter;
        filter.Sql = filter.Or();
        if (filter.Peek.Kind != TokenKind.End) throw filter.Unexpected("'and', 'or' or the end");
        return filter;
    }

    /// <summary>Adds the values to a command.</summary>
    public void Bind(SqliteCommand command)
    {
        foreach ((string name, object value) in _values) command.Parameters.AddWithValue(name, value);
    }

    private FilterToken Peek => _tokens[_next];

    private FilterToken Take() => _tokens[_next++];

    private bool TakeWord(string word)
    {
        if (Peek.Kind != TokenKind.Name || !Peek.Text.Equals(word, StringComparison.OrdinalIgnoreCase)) return false;
        _next++;
        return true;
    }

    private bool TakeSign(string sign)
    {
        if (Peek.Kind != TokenKind.Sign || Peek.Text != sign) return false;
        _next++;
        return true;
    }

    private string Or()
    {
        string left = And();
        while (TakeWord("or")) left = $"({left} OR {And()})";
        return left;
    }

    // Two conditions side by side both hold, as in a search box.
    private string And()
    {
        string left = Not();
        while (TakeWord("and") || (Peek.Kind is not TokenKind.End && !(Peek.Kind == TokenKind.Sign && Peek.Text == ")") && !IsWord("or"))) left = $"({left} AND {Not()})";
        return left;
    }

    private bool IsWord(string word) => Peek.Kind == TokenKind.Name && Peek.Text.Equals(word, StringComparison.OrdinalIgnoreCase);

    private string Not()
    {
        if (!IsWord("not")) return Primary();
        FilterToken word = Take();
        return Inside(word, () => $"NOT COALESCE({Not()}, 0)");
    }

    private string Inside(FilterToken opening, Func<string> read)
    {
        if (++_depth > Deepest) throw new FilterException($"'{opening.Text}' at {opening.At + 1} is inside more than {Deepest} brackets and 'not's; write it with fewer.", opening.At);
        string inside = read();
        _depth--;
        return inside;
    }

    private string Primary()
    {
        if (Peek is { Kind: TokenKind.Sign, Text: "(" })
        {
            string inside = Inside(Take(), Or);
            return TakeSign(")") ? $"({inside})" : throw Unexpected("')'");
        }
        FilterToken word = Peek.Kind is TokenKind.Name or TokenKind.Text or TokenKind.Number ? Take() : throw Unexpected("a condition, for instance state = running");
        if (++_terms > MostTerms) throw new FilterException($"'{word.Text}' at {word.At + 1} is one condition more than {MostTerms}; leave some out, or give values as a list: name in (a, b).", word.At);
        bool compares = word.Kind == TokenKind.Name && (Peek.Kind == TokenKind.Sign && Peek.Text is not ("(" or ")" or ",") || IsWord("in"));
        return compares ? Condition(word) : $"r.Name LIKE {Value($"%{Escape(word.Text)}%")} ESCAPE '\\'";
    }

    private string Condition(FilterToken field)
    {
        string name = field.Text.ToLowerInvariant();
        if (name == "state")
        {
            SaysState = true;
            return Compare(field, "r.State", StateName);
        }
        if (name is "name" or "notes" or "reason" or "id") return Compare(field, $"r.{char.ToUpperInvariant(name[0])}{name[1..]}", Text);
        if (name == "tag") return OfTags(field);
        if (name == "owner") return Compare(field, "(SELECT u.UserName FROM AspNetUsers u WHERE u.Id = r.OwnerId)", Owner);
        if (name is "created" or "started" or "ended") return Compare(field, $"r.{char.ToUpperInvariant(name[0])}{name[1..]}At", Time);
        if (name is "step" or "attempt" or "priority") return Compare(field, $"r.{char.ToUpperInvariant(name[0])}{name[1..]}", Number);
        if (name is "duration" or "worked") return Compare(field, "r.WorkedSeconds", Number);
        if (name.StartsWith("config.", StringComparison.Ordinal)) return Compare(field, $"json_extract(r.Config, {Value(RunColumns.Setting(field.Text["config.".Length..]))})", Any);
        if (name.StartsWith("metrics.", StringComparison.Ordinal))
        {
            (string column, string metric) = RunColumns.Metric(field.Text["metrics.".Length..]);
            return Compare(field, $"(SELECT m.{column} FROM Metrics m WHERE m.RunId = r.Id AND m.Name = {Value(metric)})", Number);
        }
        throw new FilterException($"'{field.Text}' at {field.At + 1} is no field; expected state, name, tag, owner, created, step, duration, config.SETTING or metrics.NAME.", field.At);
    }

    private string Compare(FilterToken field, string sql, Func<FilterToken, object> read)
    {
        if (TakeWord("in")) return $"{sql} IN ({string.Join(", ", List(read))})";
        FilterToken sign = Take();
        string operation = sign.Text switch { "=" => "=", "!=" => "<>", "<" or "<=" or ">" or ">=" or "~" or "!~" => sign.Text, _ => throw new FilterException($"'{sign.Text}' at {sign.At + 1} is no comparison; expected = != < <= > >= ~ or in.", sign.At) };
        if (Peek.Kind is TokenKind.End or TokenKind.Sign) throw Unexpected($"a value after '{field.Text} {sign.Text}'");
        FilterToken value = Take();
        return operation switch
        {
            "~" => Like(value),
            "!~" => $"NOT COALESCE({Like(value)}, 0)",
            "<>" => $"COALESCE({sql} <> {Value(read(value))}, 1)",
            _ => $"{sql} {operation} {Value(read(value))}",
        };
        string Like(FilterToken part) => $"{sql} LIKE {Value($"%{Escape(part.Text)}%")} ESCAPE '\\'";
    }

    private string OfTags(FilterToken field)
    {
        bool negated = Peek.Text is "!=" or "!~";
        string condition = Compare(field, "t.Tag", Text);
        if (negated) condition = condition.Replace("<>", "=", StringComparison.Ordinal).Replace("NOT COALESCE(", "COALESCE(", StringComparison.Ordinal);
        return (negated ? "NOT " : "") + $"EXISTS (SELECT 1 FROM RunTags t WHERE t.RunId = r.Id AND {condition})";
    }

    private List<string> List(Func<FilterToken, object> read)
    {
        if (!TakeSign("(")) throw Unexpected("'(' after in");
        List<string> values = [];
        do
        {
            if (Peek.Kind is TokenKind.End or TokenKind.Sign) throw Unexpected("a value");
            values.Add(Value(read(Take())));
        }
        while (TakeSign(","));
        return TakeSign(")") ? values : throw Unexpected("',' or ')'");
    }

    private static object StateName(FilterToken token) =>
        Enum.TryParse(token.Text, ignoreCase: true, out RunState state) && Enum.IsDefined(state) && !char.IsDigit(token.Text[0])
            ? state.ToString()
            : throw new FilterException($"'{token.Text}' at {token.At + 1} is no state; expected one of {string.Join(", ", Enum.GetNames<RunState>().Select(n => n.ToLowerInvariant()))}.", token.At);

    private static object Text(FilterToken token) => token.Text;

    private object Owner(FilterToken token) => token.Text.Equals("me", StringComparison.OrdinalIgnoreCase) ? _me ?? "" : token.Text;

    private static object Number(FilterToken token) =>
        double.TryParse(token.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && token.Kind == TokenKind.Number
            ? number
            : throw new FilterException($"'{token.Text}' at {token.At + 1} is no number.", token.At);

    private static object Any(FilterToken token) => token switch
    {
        { Kind: TokenKind.Number } => Number(token),
        { Kind: TokenKind.Name, Text: "true" } => 1,
        { Kind: TokenKind.Name, Text: "false" } => 0,
        _ => token.Text,
    };

    // -7d: since seven days; else a date.
    private object Time(FilterToken token)
    {
        if (token.Kind == TokenKind.Age && double.TryParse(token.Text[..^1].TrimStart('-'), NumberStyles.Float, CultureInfo.InvariantCulture, out double count))
        {
            TimeSpan unit = token.Text[^1] switch { 'm' => TimeSpan.FromMinutes(1), 'h' => TimeSpan.FromHours(1), 'd' => TimeSpan.FromDays(1), _ => TimeSpan.FromDays(7) };
            return (_now - Math.Min(count, 1e5) * unit).ToUnixTimeMilliseconds();
        }
        return DateTimeOffset.TryParse(token.Text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time.ToUnixTimeMilliseconds()
            : throw new FilterException($"'{token.Text}' at {token.At + 1} is no time; expected -7d, -12h, -30m or \"2026-11-23\".", token.At);
    }

    private static string Escape(string text) => LikePattern.Literal(text);

    private string Value(object value)
    {
        string name = $"$f{_values.Count}";
        _values[name] = value;
        return name;
    }

    private FilterException Unexpected(string expected)
    {
        FilterToken token = Peek;
        return new(token.Kind == TokenKind.End ? $"The filter ends where {expected} is expected." : $"'{token.Text}' at {token.At + 1}: expected {expected}.", token.At);
    }
}
