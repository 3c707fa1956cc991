using System.Text.Json;

namespace RIL.Training.Datasets;

/// <summary>Names of columns: those that are read, those that were surely meant to be, and those that are left alone.</summary>
internal sealed class DatasetColumns
{
    private static readonly string[] Known =
    [
        "id", "prompt", "image", "images", "answer", "solution", "question_type", "data_source", "teacher_responses", "reward_model",
    ];

    // What other people call the three columns that a row cannot do without.
    private static readonly Dictionary<string, string> Synonyms = new(StringComparer.Ordinal)
    {
        ["img"] = "image", ["imgs"] = "images", ["pic"] = "image", ["pics"] = "images", ["picture"] = "image", ["pictures"] = "images",
        ["photo"] = "image", ["photos"] = "images", ["imagepath"] = "image", ["imagepaths"] = "images", ["imagefile"] = "image",
        ["imagefiles"] = "images", ["imageurl"] = "image", ["imageurls"] = "images", ["imagebytes"] = "image", ["imagelist"] = "images",
        ["imgpath"] = "image", ["imgpaths"] = "images", ["imagename"] = "image", ["filename"] = "image", ["decodedimage"] = "image",
        ["question"] = "prompt", ["questions"] = "prompt", ["query"] = "prompt", ["problem"] = "prompt", ["instruction"] = "prompt",
        ["input"] = "prompt", ["messages"] = "prompt", ["conversations"] = "prompt", ["text"] = "prompt",
        ["label"] = "answer", ["labels"] = "answer", ["target"] = "answer", ["groundtruth"] = "answer", ["gt"] = "answer",
        ["response"] = "answer", ["output"] = "answer", ["completion"] = "answer", ["reference"] = "answer",
    };

    // Other people's rows, by the columns that only they have together.
    private static readonly (string[] Columns, string Name, string Expected)[] Foreign =
    [
        (["conversations"], "LLaVA's (ShareGPT)", "its first turn as prompt and its last as answer"),
        (["messages"], "ms-swift's", "messages without the closing answer as prompt, and solution"),
        (["problem", "answer"], "EasyR1's", "problem as prompt"),
        (["question", "answer"], "questions and answers", "question as prompt"),
    ];

    private readonly Dictionary<string, string?> _nearest = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _ignored = new(StringComparer.Ordinal);

    /// <summary>Columns that no row needed, in the order of their names.</summary>
    public IReadOnlyCollection<string> Ignored => _ignored;

    /// <summary>Whether a reader that can leave columns out must read this one.</summary>
    public static bool MayMatter(string column) => Array.IndexOf(Known, column) >= 0 || FindNearest(column) is not null
        || Foreign.Any(f => f.Columns.Contains(column));

    /// <summary>What other layout a row without prompt has, as a clause of a sentence; null where it is none that is known.</summary>
    public static string? Recognise(JsonElement row) => Foreign.Where(f => f.Columns.All(c => row.TryGetProperty(c, out _)))
        .Select(f => $"the layout is {f.Name}: write {f.Expected}").FirstOrDefault();

    /// <summary>
    /// Throws where a column that is not read bears nearly the name of one that the row lacks, so that something would be lost; remembers
    /// the others.
    /// </summary>
    public void Check(JsonElement row, bool hasPictures)
    {
        foreach (JsonProperty column in row.EnumerateObject())
        {
            string name = column.Name;
            if (Array.IndexOf(Known, name) >= 0) continue;
            if (!_nearest.TryGetValue(name, out string? nearest)) _nearest[name] = nearest = FindNearest(name);
            if (nearest is not null && !IsNothing(column.Value) && Lacks(row, nearest, hasPictures))
                throw new DatasetRowException($"the column '{name}' is not read, and the row has no {nearest}; "
                    + $"'{nearest}' is the nearest name: rename it, or take it out");
            _ignored.Add(name);
        }
    }

    private static bool Lacks(JsonElement row, string column, bool hasPictures) => column switch
    {
        "image" or "images" => !hasPictures,
        "answer" or "solution" => !Has(row, "answer") && !Has(row, "solution") && !Has(row, "reward_model"),
        _ => !Has(row, column),
    };

    private static bool Has(JsonElement row, string column) => row.TryGetProperty(column, out JsonElement value) && !IsNothing(value);

    private static bool IsNothing(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => true, JsonValueKind.Array => value.GetArrayLength() == 0, JsonValueKind.String => value.ValueEquals(""u8),
        JsonValueKind.Object => value.GetPropertyCount() == 0, _ => false,
    };

    private static string? FindNearest(string name)
    {
        string plain = Plain(name);
        if (Synonyms.TryGetValue(plain, out string? meant)) return meant;
        string nearest = Known.MinBy(k => Nearest.Distance(plain, Plain(k)))!;
        int distance = Nearest.Distance(plain, Plain(nearest)), length = Math.Min(plain.Length, Plain(nearest).Length);
        return distance <= (length < 4 ? 0 : length < 6 ? 1 : 2) || IsSwapped(plain, Plain(nearest)) ? nearest : null;
    }

    // Two neighbouring letters the wrong way round, which counts as two changes.
    private static bool IsSwapped(string a, string b) => a.Length > 3 && Nearest.Distance(a, b) == 2 && a.Order().SequenceEqual(b.Order());

    private static string Plain(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToLowerInvariant();
}
