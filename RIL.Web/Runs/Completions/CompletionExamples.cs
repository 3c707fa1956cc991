using RIL.Training;
using RIL.Training.Configuration;
using RIL.Training.Datasets;
using RIL.Training.Quickstart;
using RIL.Web.Data;

namespace RIL.Web.Runs.Completions;

/// <summary>Finds the row of a data set that a completion belongs to, for its pictures, right answer and kind; only data sets by reference are looked at, never a path.</summary>
public sealed class CompletionExamples(Storage storage)
{
    private const string Reference = "dataset:";
    private const int MostKept = 2;

    private readonly Lock _lock = new();
    private readonly LinkedList<Index> _kept = [];

    /// <summary>The row with this question and these pictures; null where the data set is gone or was never here.</summary>
    public Example? Find(RunConfig config, string prompt, IReadOnlyList<string> images)
    {
        if (QuickstartData.IsReference(config.Dataset)) return images.Count == 1 ? QuickstartData.Find(images[0]) : null;
        if (!config.Dataset.StartsWith(Reference, StringComparison.Ordinal) || !Identifier.IsValid(config.Dataset[Reference.Length..])) return null;
        return IndexOf(storage.DatasetRows(config.Dataset[Reference.Length..]))?.Examples.GetValueOrDefault(Key(prompt, images));
    }

    private Index? IndexOf(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists) return null;
        lock (_lock)
        {
            if (_kept.FirstOrDefault(i => i.File == path && i.Written == file.LastWriteTimeUtc) is { } kept) return kept;
            var index = new Index(path, file.LastWriteTimeUtc, Read(path));
            _kept.AddFirst(index);
            if (_kept.Count > MostKept) _kept.RemoveLast();
            return index;
        }
    }

    private static Dictionary<string, Example?> Read(string path)
    {
        var examples = new Dictionary<string, Example?>(StringComparer.Ordinal);
        try
        {
            foreach (Example example in Dataset.Read(path).Examples)
            {
                string prompt = string.Join('\n', example.Prompt.Select(m => string.Concat(m.Content.Select(c => c.Text ?? "<image>"))));
                string key = Key(prompt, [.. string.Join(' ', example.Images.Select(i => i.Name)).Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
                // Two rows with the same question and picture cannot be told apart: say nothing rather than the wrong thing.
                if (!examples.TryAdd(key, example)) examples[key] = null;
            }
        }
        catch (InputException)
        {
            // A data set that cannot be read any more costs the pictures, not the page.
        }
        return examples;
    }

    private static string Key(string prompt, IEnumerable<string> images) => $"{prompt}\n\n{string.Join(' ', images)}";

    private sealed record Index(string File, DateTime Written, IReadOnlyDictionary<string, Example?> Examples);
}
