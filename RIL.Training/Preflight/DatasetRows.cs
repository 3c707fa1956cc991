using RIL.Training.Configuration;
using RIL.Training.Datasets;

namespace RIL.Training.Preflight;

/// <summary>Reads a run's data sets as its settings ask for them.</summary>
public static class DatasetRows
{
    /// <summary>
    /// The rows of a setting's data set; throws <see cref="InputException"/> where rows are bad and may not be left out.
    /// </summary>
    /// <param name="config">Whether bad rows may be left out, and how many held-out questions are asked.</param>
    /// <param name="key">The setting that names the data set.</param>
    /// <param name="path">Path or reference.</param>
    /// <param name="findings">Hears what was left out or ignored.</param>
    public static IReadOnlyList<Example> Read(RunConfig config, string key, string path, ICollection<Finding> findings)
    {
        DatasetReading reading = InputReference.ReadDataset(path);
        IReadOnlyList<Example> rows = reading.Usable(config.SkipBadRows);
        if (reading.Complaint() is { } complaint)
            findings.Add(new Finding(FindingKind.Warning, "data", complaint, key, null, "They are left out, as skip_bad_rows says."));
        if (reading.IgnoredColumns.Count > 0)
            findings.Add(new Finding(FindingKind.Information, "data", "columns that mean nothing here: "
                + string.Join(", ", reading.IgnoredColumns), key));
        bool limited = key is "eval_dataset" or "validation_dataset" && config.EvalLimit > 0 && config.EvalLimit < rows.Count;
        return limited ? [.. rows.Take(config.EvalLimit)] : rows;
    }
}
