using System.Globalization;

namespace RIL.Training.Datasets;

/// <summary>Identifiers of rows: those that the file gives are unique, those that are made collide with none of them.</summary>
internal static class DatasetIds
{
    /// <summary>
    /// The rows with an identifier each: their own, else their number, else <c>row-</c> and their number; a second row of the same
    /// identifier becomes a problem.
    /// </summary>
    public static List<Example> Complete(List<Example> examples, List<DatasetProblem> problems)
    {
        var rowOfId = new Dictionary<string, int>(examples.Count, StringComparer.Ordinal);
        var complete = new List<Example>(examples.Count);
        foreach (Example example in examples)
        {
            if (example.Id.Length == 0 || rowOfId.TryAdd(example.Id, example.Row)) complete.Add(example);
            else problems.Add(new DatasetProblem(example.Row, $"id '{example.Id}' is also that of row {rowOfId[example.Id]}"));
        }
        for (int i = 0; i < complete.Count; i++)
        {
            if (complete[i].Id.Length > 0) continue;
            string id = complete[i].Row.ToString(CultureInfo.InvariantCulture);
            while (!rowOfId.TryAdd(id, complete[i].Row)) id = "row-" + id;
            complete[i] = complete[i] with { Id = id };
        }
        return complete;
    }
}
