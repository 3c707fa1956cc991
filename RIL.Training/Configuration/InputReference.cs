using RIL.Training.Datasets;
using RIL.Training.Quickstart;

namespace RIL.Training.Configuration;

/// <summary>
/// What the inputs of a configuration mean on this machine: paths as they are, and <c>quickstart:…</c> for what comes with the program.
/// The one place that knows both.
/// </summary>
public static class InputReference
{
    /// <summary>The file or folder that a path or reference means.</summary>
    public static string ResolvePath(string reference) => QuickstartFiles.Resolve(reference);

    /// <summary>Whether a reference means what the program makes or brings itself, which no path of a user's leads to.</summary>
    public static bool IsBuiltIn(string reference) => QuickstartData.IsReference(reference);

    /// <summary>The rows of a data set; throws <see cref="InputException"/> naming what cannot be read.</summary>
    /// <param name="dataset">Path or reference.</param>
    /// <param name="skipBadRows">Whether rows that cannot be used are left out instead.</param>
    public static IReadOnlyList<Example> ReadRows(string dataset, bool skipBadRows = false) => ReadDataset(dataset).Usable(skipBadRows);

    /// <summary>The rows of a data set with what is wrong with the others and which columns mean nothing.</summary>
    public static DatasetReading ReadDataset(string dataset) =>
        QuickstartData.IsReference(dataset) ? new DatasetReading(dataset, QuickstartData.Load(dataset), []) : Dataset.Read(dataset);
}
