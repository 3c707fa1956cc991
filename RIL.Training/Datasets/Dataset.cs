using System.IO.Compression;
using System.Text.Json;

namespace RIL.Training.Datasets;

/// <summary>A row that cannot be used: the line of the file it stands on, counted from 1, and why.</summary>
public sealed record DatasetProblem(int Row, string Reason);

/// <summary>What a data set's file holds: the rows that can be used, in their order, and what is wrong with the others.</summary>
public sealed record DatasetReading(string File, IReadOnlyList<Example> Examples, IReadOnlyList<DatasetProblem> Problems);

/// <summary>
/// Reads data sets in TRL's layout: one JSON object a line with <c>prompt</c> (chat messages, or a text with <c>&lt;image&gt;</c>),
/// <c>images</c>, <c>answer</c> or <c>solution</c>, and optionally <c>id</c>, <c>question_type</c>, <c>data_source</c>,
/// <c>teacher_responses</c>. Pictures are read when they are asked for.
/// </summary>
public static class Dataset
{
    private const int ProblemsNamed = 3;
    private static readonly string[] UsualNames = ["data.jsonl", "train.jsonl", "data.jsonl.gz", "train.jsonl.gz"];

    /// <summary>
    /// The rows of a JSONL file, or of the one in a folder; throws <see cref="InputException"/> when there are none or some cannot be
    /// used.
    /// </summary>
    public static IReadOnlyList<Example> Load(string path)
    {
        DatasetReading reading = Read(path);
        if (reading.Problems.Count == 0) return reading.Examples;
        IEnumerable<string> named = reading.Problems.Take(ProblemsNamed).Select(p => $"row {p.Row}: {p.Reason}");
        string more = reading.Problems.Count > ProblemsNamed ? $"; and {reading.Problems.Count - ProblemsNamed} more" : "";
        int rows = reading.Examples.Count + reading.Problems.Count;
        throw new InputException($"{reading.File}: {reading.Problems.Count} of {rows} rows cannot be used "
            + $"({string.Join("; ", named)}{more}). Correct or remove them.");
    }

    /// <summary>
    /// Reads all rows and collects what is wrong instead of throwing; throws only when the file itself cannot be read or holds no row.
    /// </summary>
    public static DatasetReading Read(string path)
    {
        string file = Find(path);
        var pictures = new PictureFiles(Path.GetDirectoryName(Path.GetFullPath(file))!);
        var examples = new List<Example>();
        var problems = new List<DatasetProblem>();
        var rowOfId = new Dictionary<string, int>(StringComparer.Ordinal);
        int row = 0;
        foreach (string line in Lines(file))
        {
            row++;
            if (string.IsNullOrWhiteSpace(line)) continue;
            try
            {
                using JsonDocument json = JsonDocument.Parse(line);
                Example example = DatasetRow.Read(json.RootElement, row, pictures);
                if (!rowOfId.TryAdd(example.Id, row))
                    throw new DatasetRowException($"id '{example.Id}' is also that of row {rowOfId[example.Id]}");
                examples.Add(example);
            }
            catch (JsonException e)
            {
                problems.Add(new DatasetProblem(row, $"not a JSON object ({JsonFault.Of(e)})"));
            }
            catch (DatasetRowException e)
            {
                problems.Add(new DatasetProblem(row, e.Message));
            }
        }
        if (examples.Count + problems.Count == 0)
            throw new InputException($"{file} holds no rows; expected one JSON object a line with prompt, images and answer.");
        return new DatasetReading(file, examples, problems);
    }

    /// <summary>Takes <paramref name="count"/> rows out, drawn by the seed alone, and leaves the others in their order.</summary>
    public static (IReadOnlyList<Example> Kept, IReadOnlyList<Example> HeldOut) HoldOut(IReadOnlyList<Example> examples,
        int count, ulong seed)
    {
        if (count < 0 || count >= examples.Count)
            throw new InputException($"{count} of {examples.Count} rows were to be held out; expected fewer than there are.");
        var order = new EpochOrder(examples.Count, seed);
        HashSet<int> held = [.. Enumerable.Range(0, count).Select(i => order[i])];
        return ([.. examples.Where((_, i) => !held.Contains(i))], [.. examples.Where((_, i) => held.Contains(i))]);
    }

    private static string Find(string path)
    {
        if (File.Exists(path)) return path;
        if (!Directory.Exists(path)) throw new InputException($"{path}: there is no such file or folder; expected a data set (JSONL).");
        if (UsualNames.Select(n => Path.Combine(path, n)).FirstOrDefault(File.Exists) is { } usual) return usual;
        string[] others = Directory.GetFiles(path, "*.jsonl");
        return others.Length switch
        {
            1 => others[0],
            0 => throw new InputException(
                $"{path}: the folder holds no data set; expected {UsualNames[0]}, {UsualNames[1]} or another JSONL file."),
            _ => throw new InputException(
                $"{path}: the folder holds {others.Length} JSONL files "
                + $"({string.Join(", ", others.Select(Path.GetFileName).Order().Take(5))}); name the one to use."),
        };
    }

    private static IEnumerable<string> Lines(string file)
    {
        StreamReader reader;
        try
        {
            Stream stream = File.OpenRead(file);
            reader = new StreamReader(file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
                ? new GZipStream(stream, CompressionMode.Decompress) : stream);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{file} cannot be read ({e.Message}).", e);
        }
        using (reader)
        {
            while (Next(reader, file) is { } line) yield return line;
        }
    }

    private static string? Next(StreamReader reader, string file)
    {
        try
        {
            return reader.ReadLine();
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw new InputException($"{file} cannot be read to its end ({e.Message}).", e);
        }
    }
}

/// <summary>Why a row cannot be used; never leaves this room.</summary>
internal sealed class DatasetRowException(string reason) : Exception(reason);
