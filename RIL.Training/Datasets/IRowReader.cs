using System.Text.Json;

namespace RIL.Training.Datasets;

/// <summary>
/// A row as a file holds it: its number, counted from 1, and its object, or why there is none. Whoever takes it disposes it.
/// </summary>
internal readonly record struct FileRow(int Number, JsonDocument? Json, string? Fault);

/// <summary>Reads the rows of one kind of file; a further kind is one more of these in <see cref="RowReaders"/>.</summary>
internal interface IRowReader
{
    /// <summary>Endings of the names of such files, with their points.</summary>
    IReadOnlyList<string> Endings { get; }

    /// <summary>
    /// The rows one after another, never all of them in memory; throws <see cref="InputException"/> where the file itself is bad.
    /// </summary>
    IEnumerable<FileRow> ReadRows(string file);
}

/// <summary>The kinds of files that data sets come in.</summary>
internal static class RowReaders
{
    private static readonly IRowReader[] All = [new JsonLinesReader(), new ParquetRowReader()];

    /// <summary>Endings of all kinds, the usual ones first.</summary>
    public static IEnumerable<string> Endings => All.SelectMany(r => r.Endings);

    /// <summary>The reader of a file by its name; what has none of the known endings is taken for lines of JSON.</summary>
    public static IRowReader Of(string file) =>
        Array.Find(All, r => r.Endings.Any(e => file.EndsWith(e, StringComparison.OrdinalIgnoreCase))) ?? All[0];
}
