using System.Globalization;
using RIL.Web.Controls;

namespace RIL.Web.Operations;

/// <summary>A kind of thing in the storage folder.</summary>
/// <param name="Word">What it is.</param>
/// <param name="Bytes">Bytes of it.</param>
/// <param name="Color">Its colour.</param>
/// <param name="Address">Page where it is looked after.</param>
/// <param name="Explanation">What belongs to it.</param>
public sealed record StoragePart(string Word, long Bytes, string Color, string? Address, string Explanation)
{
    /// <summary>All kinds, in a fixed order and with fixed colours.</summary>
    public static IReadOnlyList<StoragePart> Of(StorageReading read) =>
    [
        new("Runs", read.Runs.Sum(r => r.Bytes) - read.Trash, SeriesColors.Css(0), "/runs", "run folders: checkpoints, completions, events, logs"),
        new("Trash", read.Trash, SeriesColors.Css(1), null, "folders of deleted runs, until they are removed for good"),
        new("Models", read.Models, SeriesColors.Css(2), "/models", "checkpoints in the models folder"),
        new("Data sets", read.Datasets, SeriesColors.Css(3), "/datasets", "data sets that people brought"),
        new("Teachers", read.Teachers, SeriesColors.Css(4), "/teachers", "kept answers of teachers"),
        new("Database", read.Database, SeriesColors.Css(6), null, "metrics, log lines, accounts; with its write-ahead log"),
        new("Leftovers", read.Leftovers, SeriesColors.Css(7), null, "refused uploads, which go by themselves after a day, and purges that have not ended"),
    ];

    /// <summary>Its share as CSS has it.</summary>
    public string Percent(long total) => (total > 0 ? 100.0 * Bytes / total : 0).ToString("0.##", CultureInfo.InvariantCulture) + "%";
}
