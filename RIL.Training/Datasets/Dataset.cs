using System.Text.Json;

namespace RIL.Training.Datasets;

/// <summary>
/// Reads data sets in TRL's layout, as lines of JSON or parquet: <c>prompt</c> (chat messages, or a text with <c>&lt;image&gt;</c>),
/// <c>images</c> or <c>image</c>, <c>answer</c> or <c>solution</c>, and optionally <c>id</c>, <c>question_type</c>, <c>data_source</c>,
/// <c>teacher_responses</c>; verl's rows too. Pictures are read when they are asked for.
/// </summary>
public static class Dataset
{
    /// <summary>
    /// The rows of a file, or of the one in a folder; throws <see cref="InputException"/> when there are none or some cannot be used.
    /// </summary>
    public static IReadOnlyList<Example> Load(string path) => Read(path).Usable(skipBadRows: false);

    /// <summary>
    /// Reads all rows and collects what is wrong instead of throwing; throws only when the file itself cannot be read or holds no row.
    /// </summary>
    public static DatasetReading Read(string path)
    {
        DatasetFiles files = DatasetFiles.Find(path);
        var pictures = new PictureFiles(files.Folder);
        var columns = new DatasetColumns();
        var examples = new List<Example>();
        var problems = new List<DatasetProblem>();
        foreach (FileRow row in files.ReadRows())
        {
            using JsonDocument? json = row.Json;
            try
            {
                if (json is null) throw new DatasetRowException(row.Fault!);
                examples.Add(DatasetRow.Read(json.RootElement, row.Number, pictures, columns));
            }
            catch (DatasetRowException e)
            {
                problems.Add(new DatasetProblem(row.Number, e.Message) { Id = json is null ? null : DatasetRow.FindId(json.RootElement) });
            }
            catch (InvalidOperationException)
            {
                problems.Add(new DatasetProblem(row.Number, "a name in it is not valid Unicode"));
            }
        }
        if (examples.Count + problems.Count == 0)
            throw new InputException($"{files.Name} holds no rows; expected rows with prompt, images and answer.");
        examples = DatasetIds.Complete(examples, problems);
        return new DatasetReading(files.Name, examples, [.. problems.OrderBy(p => p.Row)]) { IgnoredColumns = [.. columns.Ignored] };
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
}

/// <summary>Why a row cannot be used; never leaves this room.</summary>
internal sealed class DatasetRowException(string reason) : Exception(reason);
