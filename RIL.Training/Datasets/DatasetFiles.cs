using System.Text.RegularExpressions;

namespace RIL.Training.Datasets;

/// <summary>Where the rows of a data set lie: one file, or the shards of one split as Hugging Face writes them.</summary>
internal sealed partial class DatasetFiles
{
    private static readonly string[] UsualNames = ["data", "train"];

    private readonly string[] _files;

    private DatasetFiles(string name, params string[] files) => (Name, _files) = (name, files);

    /// <summary>How messages call it.</summary>
    public string Name { get; }

    /// <summary>The folder to which pictures' paths are relative.</summary>
    public string Folder => Path.GetDirectoryName(Path.GetFullPath(_files[0]))!;

    /// <summary>The file that a path names, or the one in the folder that it names.</summary>
    public static DatasetFiles Find(string path)
    {
        if (File.Exists(path)) return new DatasetFiles(path, path);
        if (!Directory.Exists(path))
            throw new InputException($"{path}: there is no such file or folder; expected a data set (.jsonl or .parquet).");
        IEnumerable<string> usual = UsualNames.SelectMany(n => RowReaders.Endings.Select(e => Path.Combine(path, n + e)));
        if (usual.FirstOrDefault(File.Exists) is { } found) return new DatasetFiles(found, found);
        if (FindShards(path) is { } shards) return shards;
        string[] others = [.. RowReaders.Endings.SelectMany(e => Directory.GetFiles(path, "*" + e))
            .Where(f => !f.EndsWith(".json", StringComparison.OrdinalIgnoreCase)).Distinct().Order(StringComparer.Ordinal)];
        return others.Length switch
        {
            1 => new DatasetFiles(others[0], others[0]),
            0 => throw new InputException(
                $"{path}: the folder holds no data set; expected data.jsonl, train.jsonl, data.parquet or another "
                + "JSONL or parquet file."),
            _ => throw new InputException($"{path}: the folder holds {others.Length} files of rows "
                + $"({string.Join(", ", others.Select(Path.GetFileName).Take(5))}{(others.Length > 5 ? ", …" : "")}); name the one "
                + "to use."),
        };
    }

    /// <summary>The rows of all files one after another; they are numbered on.</summary>
    public IEnumerable<FileRow> ReadRows()
    {
        int before = 0;
        foreach (string file in _files)
        {
            int last = 0;
            foreach (FileRow row in RowReaders.Of(file).ReadRows(file))
                yield return row with { Number = before + (last = row.Number) };
            before += last;
        }
    }

    // train-00000-of-00002.parquet beside README.md, or in its folder data.
    private static DatasetFiles? FindShards(string folder)
    {
        foreach (string place in new[] { folder, Path.Combine(folder, "data") }.Where(Directory.Exists))
        {
            ILookup<string, string> splits = Directory.GetFiles(place, "*.parquet").Order(StringComparer.Ordinal)
                .Select(f => (Path: f, Shard: Shard().Match(Path.GetFileName(f)))).Where(f => f.Shard.Success)
                .ToLookup(f => f.Shard.Groups["split"].Value, f => f.Path);
            string? split = splits.Contains("train") ? "train" : splits.Count == 1 ? splits.First().Key : null;
            if (split is null) continue;
            string[] files = [.. splits[split]];
            int wanted = int.Parse(Shard().Match(Path.GetFileName(files[0])).Groups["count"].ValueSpan,
                System.Globalization.CultureInfo.InvariantCulture);
            return files.Length == wanted ? new DatasetFiles(Path.Combine(place, split + "-*.parquet"), files)
                : throw new InputException($"{place}: {files.Length} of {wanted} files of the split {split} are there; fetch the others.");
        }
        return null;
    }

    [GeneratedRegex(@"^(?<split>.+)-\d{5}-of-(?<count>\d{5})\.parquet$", RegexOptions.CultureInvariant)]
    private static partial Regex Shard();
}
