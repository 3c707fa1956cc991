using System.Globalization;
using RIL.Training.Datasets;

namespace RIL.Training.Quickstart;

/// <summary>
/// The quickstart's data sets by name, made when asked for: <c>quickstart:NAME</c>, <c>quickstart:NAME:SEED</c> or
/// <c>quickstart:NAME:SEED:COUNT</c>. The same name, seed and count are the same rows everywhere. Training questions use training
/// pictures, validation and test questions held-out ones of their own.
/// </summary>
/// <remarks>
/// <c>sft</c>: 40 % plain questions answered in the short form, 60 % with <em>explain</em> in the long form. <c>teacher</c>: the same
/// mixture, for the teachers;
/// <c>teacher_a</c>, <c>teacher_b</c>: plain questions in the form that each of them has.
/// <c>rl</c>, <c>validation</c>, <c>test</c>: plain questions, the answer alone; <c>validation_explain</c>, <c>test_explain</c>: the same
/// questions with <em>explain</em>.
/// </remarks>
public static class QuickstartData
{
    private const string Prefix = "quickstart:", PictureEnding = ".png";

    // Of ten questions in a row of one type, so many are asked plainly in the mixture.
    private const int PlainOfTen = 4;

    private sealed record Part(int Number, PicturePart Pictures, int Count, bool Explain = false,
        Func<Question, long, (bool Explain, string Answer)>? Imitated = null);

    private static readonly Dictionary<string, Part> Parts = new(StringComparer.Ordinal)
    {
        ["sft"] = new(1, PicturePart.Training, 7000, Imitated: Mixed),
        ["rl"] = new(2, PicturePart.Training, 1600),
        ["validation"] = new(3, PicturePart.Validation, 800),
        ["validation_explain"] = new(3, PicturePart.Validation, 800, Explain: true),
        ["test"] = new(4, PicturePart.Test, 3200),
        ["test_explain"] = new(4, PicturePart.Test, 3200, Explain: true),
        ["teacher"] = new(7, PicturePart.Training, 40_000, Imitated: Mixed),
        ["teacher_a"] = new(5, PicturePart.Training, 40_000, Imitated: (q, _) => (false, q.Shop ? q.LongForm : q.TeacherForm)),
        ["teacher_b"] = new(6, PicturePart.Training, 40_000, Imitated: (q, _) => (false, q.Shop ? q.TeacherForm : q.LongForm)),
    };

    /// <summary>Whether a data set's name means one of the quickstart's.</summary>
    public static bool IsReference(string name) => name.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>The rows of a reference.</summary>
    public static IReadOnlyList<Example> Load(string reference)
    {
        string[] fields = IsReference(reference) ? reference[Prefix.Length..].Split(':') : [];
        int seed = 0, count = 0;
        bool valid = fields.Length is 1 or 2 or 3 && Parts.ContainsKey(fields[0])
            && (fields.Length < 2 || int.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out seed))
            && (fields.Length < 3 || (int.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out count) && count > 0));
        if (!valid) throw new InputException(
            $"'{reference}' is no data set of the quickstart; expected {Prefix}NAME, {Prefix}NAME:SEED or {Prefix}NAME:SEED:COUNT with "
                + $"NAME "
            + $"one of {string.Join(", ", Parts.Keys)}.");
        return Load(fields[0], seed, fields.Length < 3 ? null : count);
    }

    /// <summary>The rows of a named set, for a seed of its own; <paramref name="count"/> null = the usual number.</summary>
    public static IReadOnlyList<Example> Load(string name, int seed, int? count = null)
    {
        Part part = Parts[name];
        return [.. Enumerable.Range(0, count ?? part.Count).Select(i => Row(name, part, seed, i))];
    }

    /// <summary>
    /// The row of an identifier or picture name that <see cref="Load(string)"/> gave out (<c>rl-0-17</c>, <c>rl-0-17.png</c>), made alone;
    /// null where there is none such.
    /// </summary>
    public static Example? Find(string name)
    {
        string id = name.EndsWith(PictureEnding, StringComparison.Ordinal) ? name[..^PictureEnding.Length] : name;
        string[] fields = id.Split('-');
        bool valid = fields.Length == 3 && Parts.ContainsKey(fields[0])
            && int.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out _)
                && int.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out _);
        return valid ? Row(fields[0], Parts[fields[0]], int.Parse(fields[1], CultureInfo.InvariantCulture),
            int.Parse(fields[2], CultureInfo.InvariantCulture)) : null;
    }

    internal static (Question Question, byte[] Pixels) Make(string name, int seed, long index)
    {
        Part part = Parts[name];
        ulong key = Key(part, seed);
        Question question = QuestionGenerator.Make(key, index);
        return (question, GridPicture.Pixels(question.Shop, question.Labels, part.Pictures, key, index));
    }

    private static (bool Explain, string Answer) Mixed(Question question, long index) =>
        index / Question.Types.Length % 10 < PlainOfTen ? (false, question.ShortForm) : (true, question.LongForm);

    private static Example Row(string name, Part part, int seed, int index)
    {
        ulong key = Key(part, seed);
        Question question = QuestionGenerator.Make(key, index);
        (bool explain, string answer) = part.Imitated?.Invoke(question, index) ?? (part.Explain, question.Answer);
        string text = explain ? $"{question.Text} {Vocabulary.Explain}" : question.Text;
        var picture = new PictureSource($"{name}-{seed}-{index}{PictureEnding}",
            () => GridPicture.Png(GridPicture.Pixels(question.Shop, question.Labels, part.Pictures, key, index)));
        return new Example($"{name}-{seed}-{index}", [new ChatMessage("user", [new ContentPart(Text: null), new ContentPart(text)])],
            [picture], answer, question.Type, "quickstart", []);
    }

    private static ulong Key(Part part, int seed) => ((ulong)(uint)seed << 8) | (uint)part.Number;
}
