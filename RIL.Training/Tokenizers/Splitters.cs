using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace RIL.Training.Tokenizers;

/// <summary>Cuts text into the pieces within which merges happen.</summary>
internal abstract class Splitter
{
    /// <summary>Adds the pieces of text[start..end] as (start, end), in order.</summary>
    public abstract void Split(string text, int start, int end, List<(int Start, int End)> pieces);

    /// <summary>
    /// The splitter for a pattern of tokenizer.json: a scanner for the two common ones, .NET's regular expressions for the rest.
    /// </summary>
    public static Splitter ForPattern(string pattern) => pattern switch
    {
        QwenScanner.Pattern => new QwenScanner(mostDigits: 1),
        QwenScanner.LlamaPattern => new QwenScanner(mostDigits: 3),
        Gpt2Scanner.Pattern => new Gpt2Scanner(),
        _ => new RegexSplitter(new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.Compiled),
            keepMatches: true, keepGaps: true),
    };
}

/// <summary>
/// Splits at the matches of a regular expression. It sees UTF-16 units, so letters beyond U+FFFF are not letters to it; the scanners have
/// no such gap.
/// </summary>
internal sealed class RegexSplitter(Regex regex, bool keepMatches, bool keepGaps) : Splitter
{
    public override void Split(string text, int start, int end, List<(int Start, int End)> pieces)
    {
        int last = start;
        // A slice, so that anchors and look-arounds see this piece alone.
        foreach (ValueMatch match in regex.EnumerateMatches(text.AsSpan(start, end - start)))
        {
            int from = start + match.Index, to = from + match.Length;
            if (keepGaps && from > last) pieces.Add((last, from));
            if (keepMatches && to > from) pieces.Add((from, to));
            last = to;
        }
        if (keepGaps && end > last) pieces.Add((last, end));
    }
}

/// <summary>A hand-written matcher that walks code points.</summary>
internal abstract class Scanner : Splitter
{
    protected enum Kind : byte { Other, Letter, Number, Newline, Space }

    private static readonly Kind[] Ascii = [.. Enumerable.Range(0, 128).Select(c => Classify(new Rune(c)))];

    public override void Split(string text, int start, int end, List<(int Start, int End)> pieces)
    {
        ReadOnlySpan<char> span = text.AsSpan(0, end);
        while (start < end)
        {
            int next = Next(span, start);
            pieces.Add((start, next));
            start = next;
        }
    }

    /// <summary>End of the piece that begins at <paramref name="i"/>; always beyond it.</summary>
    protected abstract int Next(ReadOnlySpan<char> text, int i);

    /// <summary>Kind of the code point at <paramref name="i"/> and its length in UTF-16 units.</summary>
    protected static Kind At(ReadOnlySpan<char> text, int i, out int length)
    {
        char c = text[i];
        length = 1;
        if (c < 128) return Ascii[c];
        Rune.DecodeFromUtf16(text[i..], out Rune rune, out length);
        return Classify(rune);
    }

    protected static int Run(ReadOnlySpan<char> text, int i, Kind kind)
    {
        while (i < text.Length && At(text, i, out int length) == kind) i += length;
        return i;
    }

    /// <summary>
    /// The alternatives for blanks: all but the last where something follows (it belongs to the next word), all at the end of the text.
    /// </summary>
    protected static int Blanks(ReadOnlySpan<char> text, int i, int end)
    {
        if (end == text.Length) return end;
        return end - 1 > i ? end - 1 : end; // every blank is one UTF-16 unit
    }

    /// <summary>End of the run of blanks and newlines, and the end of its last newline (0 without one).</summary>
    protected static int BlankRun(ReadOnlySpan<char> text, int i, out int afterNewline)
    {
        afterNewline = 0;
        for (; i < text.Length; i++)
        {
            Kind kind = At(text, i, out _);
            if (kind == Kind.Newline) afterNewline = i + 1;
            else if (kind != Kind.Space) break;
        }
        return i;
    }

    private static Kind Classify(Rune rune)
    {
        if (rune.Value is '\r' or '\n') return Kind.Newline;
        if (Rune.IsWhiteSpace(rune)) return Kind.Space;
        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => Kind.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Kind.Number,
            _ => Kind.Other,
        };
    }
}

/// <summary>
/// The pattern of Qwen2, Qwen2.5 and Qwen3: digits one by one (in Llama 3 by threes), a word takes one leading mark with it.
/// </summary>
internal sealed class QwenScanner(int mostDigits) : Scanner
{
    private const string Before = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}",
        After = @"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    public const string Pattern = Before + After, LlamaPattern = Before + "{1,3}" + After;

    protected override int Next(ReadOnlySpan<char> text, int i)
    {
        if (text[i] == '\'' && Contraction(text, i) is var contraction and > 0) return contraction;
        Kind first = At(text, i, out int length);
        int after = i + length;
        if (first == Kind.Letter) return Run(text, after, Kind.Letter);
        if (first == Kind.Number)
        {
            for (int digits = 1; digits < mostDigits && after < text.Length && At(text, after, out length) == Kind.Number; digits++)
                after += length;
            return after;
        }
        if (first != Kind.Newline && after < text.Length && At(text, after, out _) == Kind.Letter) return Run(text, after, Kind.Letter);
        int marks = text[i] == ' ' ? after : i;
        int marksEnd = Run(text, marks, Kind.Other);
        if (marksEnd > marks) return Run(text, marksEnd, Kind.Newline);
        int end = BlankRun(text, i, out int afterNewline);
        return afterNewline > 0 ? afterNewline : Blanks(text, i, end);
    }

    private static int Contraction(ReadOnlySpan<char> text, int i)
    {
        if (i + 1 >= text.Length) return 0;
        int a = text[i + 1] | 0x20, b = i + 2 < text.Length ? text[i + 2] | 0x20 : 0;
        // U+017F folds to s.
        if (a is 's' or 't' or 'm' or 'd' || text[i + 1] == '\u017F') return i + 2;
        return (a, b) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? i + 3 : 0;
    }
}

/// <summary>The pattern of GPT-2, which ByteLevel with use_regex stands for.</summary>
internal sealed class Gpt2Scanner : Scanner
{
    public const string Pattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    protected override int Next(ReadOnlySpan<char> text, int i)
    {
        if (text[i] == '\'' && i + 1 < text.Length)
        {
            char a = text[i + 1], b = i + 2 < text.Length ? text[i + 2] : '\0';
            if (a is 's' or 't' or 'm' or 'd') return i + 2;
            if ((a, b) is ('r', 'e') or ('v', 'e') or ('l', 'l')) return i + 3;
        }
        int word = text[i] == ' ' && i + 1 < text.Length ? i + 1 : i;
        Kind kind = At(text, word, out int length);
        if (kind is not (Kind.Space or Kind.Newline)) return Run(text, word + length, kind);
        return Blanks(text, i, BlankRun(text, i, out _));
    }
}
