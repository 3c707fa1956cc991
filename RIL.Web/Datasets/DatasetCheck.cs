using RIL.Training;
using RIL.Training.Datasets;
using RIL.Training.Images;

namespace RIL.Web.Datasets;

/// <summary>What is in a data set's folder, seen with the trainer's own eyes.</summary>
/// <param name="Good">Rows that can be used.</param>
/// <param name="Problems">The others, by line of the rows' file.</param>
/// <param name="Types">Good rows by question type.</param>
/// <param name="Pictures">Pictures of the good rows, each once.</param>
public sealed record DatasetFindings(int Good, IReadOnlyList<DatasetProblem> Problems, IReadOnlyDictionary<string, int> Types, int Pictures);

/// <summary>Checks rows with the reader that the trainer uses, and decodes every picture as the trainer does.</summary>
public static class DatasetCheck
{
    /// <summary>What questions without a type are counted under.</summary>
    public const string NoType = "";

    /// <summary>Looks at every row; throws <see cref="InputException"/> where there is none at all.</summary>
    public static DatasetFindings Look(string folder, CancellationToken cancellation)
    {
        string file = Path.Combine(folder, DatasetArchive.Rows);
        DatasetReading reading = Read(file);
        var verdicts = new Dictionary<string, string?>(StringComparer.Ordinal);
        var problems = new List<DatasetProblem>(reading.Problems);
        var types = new SortedDictionary<string, int>(StringComparer.Ordinal);
        int[] lines = GoodLines(file, reading);
        int good = 0;
        for (int i = 0; i < reading.Examples.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            Example example = reading.Examples[i];
            if (example.Images.Select(p => Verdict(p, verdicts)).FirstOrDefault(v => v is not null) is { } reason)
            {
                problems.Add(new DatasetProblem(lines[i], reason));
                continue;
            }
            good++;
            string type = example.QuestionType ?? NoType;
            types[type] = types.GetValueOrDefault(type) + 1;
        }
        return new DatasetFindings(good, [.. problems.OrderBy(p => p.Row)], types, verdicts.Count(v => v.Value is null));
    }

    /// <summary>Empties the lines of bad rows; the others keep their numbers, which may be their identifiers.</summary>
    public static void TakeOut(string folder, IEnumerable<DatasetProblem> problems)
    {
        string file = Path.Combine(folder, DatasetArchive.Rows), beside = file + ".tmp";
        HashSet<int> bad = [.. problems.Select(p => p.Row)];
        using (var to = new StreamWriter(beside) { NewLine = "\n" })
        {
            int row = 0;
            foreach (string line in File.ReadLines(file)) to.WriteLine(bad.Contains(++row) ? "" : line);
        }
        File.Move(beside, file, overwrite: true);
    }

    // The path means nothing to the person who uploaded.
    private static DatasetReading Read(string file)
    {
        try
        {
            return Dataset.Read(file);
        }
        catch (InputException e)
        {
            throw new InputException(e.Message.Replace(file, "The file of rows", StringComparison.Ordinal), e);
        }
    }

    private static string? Verdict(PictureSource picture, Dictionary<string, string?> verdicts)
    {
        // Pictures written into the rows have no name of their own.
        bool named = !picture.Name.StartsWith('(');
        if (named && verdicts.TryGetValue(picture.Name, out string? known)) return known;
        string? reason = null;
        try
        {
            PictureCheck.Decode(picture.Read(), $"picture '{picture.Name}'");
        }
        catch (InputException e)
        {
            reason = e.Message;
        }
        verdicts[named ? picture.Name : $"({verdicts.Count})"] = reason;
        return reason;
    }

    // The lines that hold neither a problem nor nothing, in order: those of the good examples.
    private static int[] GoodLines(string file, DatasetReading reading)
    {
        HashSet<int> bad = [.. reading.Problems.Select(p => p.Row)];
        var lines = new List<int>(reading.Examples.Count);
        int row = 0;
        foreach (string line in File.ReadLines(file))
            if (++row > 0 && !string.IsNullOrWhiteSpace(line) && !bad.Contains(row)) lines.Add(row);
        return [.. lines];
    }
}
