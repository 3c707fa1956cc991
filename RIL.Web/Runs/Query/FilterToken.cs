namespace RIL.Web.Runs.Query;

/// <summary>Kinds of words of the filter language.</summary>
internal enum TokenKind
{
    Name,
    Text,
    Number,
    Age,
    Sign,
    End,
}

/// <summary>A word of a filter.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Text">The word; texts without their quotes.</param>
/// <param name="At">Position in the filter, from 0.</param>
internal sealed record FilterToken(TokenKind Kind, string Text, int At)
{
    /// <summary>The words of a filter, an end at the end.</summary>
    public static List<FilterToken> Split(string filter)
    {
        var tokens = new List<FilterToken>();
        for (int i = 0; i < filter.Length;)
        {
            char c = filter[i];
            if (char.IsWhiteSpace(c))
            {
                i++;
                continue;
            }
            int start = i;
            if (c is '"' or '\'')
            {
                int end = filter.IndexOf(c, i + 1);
                if (end < 0) throw new FilterException($"The quotation mark at {start + 1} is not closed.", start);
                tokens.Add(new(TokenKind.Text, filter[(i + 1)..end], start));
                i = end + 1;
            }
            else if (char.IsDigit(c) || (c is '-' or '.' or '+' && i + 1 < filter.Length && (char.IsDigit(filter[i + 1]) || filter[i + 1] == '.')))
            {
                i++;
                while (i < filter.Length && (char.IsLetterOrDigit(filter[i]) || filter[i] == '.' || (filter[i] is '-' or '+' && filter[i - 1] is 'e' or 'E'))) i++;
                string text = filter[start..i];
                tokens.Add(new(text[^1] is 'd' or 'h' or 'm' or 'w' ? TokenKind.Age : TokenKind.Number, text, start));
            }
            else if (c is '(' or ')' or ',')
            {
                tokens.Add(new(TokenKind.Sign, c.ToString(), start));
                i++;
            }
            else if (c is '<' or '>' or '=' or '!' or '~')
            {
                i++;
                if (i < filter.Length && filter[i] is '=' or '~') i++;
                tokens.Add(new(TokenKind.Sign, filter[start..i] == "==" ? "=" : filter[start..i], start));
            }
            else if (char.IsLetter(c) || c == '_')
            {
                while (i < filter.Length && (char.IsLetterOrDigit(filter[i]) || filter[i] is '_' or '.' or '/' or '-')) i++;
                tokens.Add(new(TokenKind.Name, filter[start..i], start));
            }
            else
            {
                throw new FilterException($"'{c}' at {start + 1} is not understood; put texts into quotation marks.", start);
            }
        }
        tokens.Add(new(TokenKind.End, "", filter.Length));
        return tokens;
    }
}
