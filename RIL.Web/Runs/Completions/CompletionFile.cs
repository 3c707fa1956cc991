using Parquet;
using Parquet.Schema;
using RIL.Training;
using RIL.Training.Runs;

namespace RIL.Web.Runs.Completions;

/// <summary>Reads the parquet file of a step back into rows.</summary>
internal static class CompletionFile
{
    // Columns that are not a reward.
    private static readonly HashSet<string> Others = ["step", "prompt", "completion", "source", "discriminator_score", "judge_reason", "advantage", "image"];

    public static async Task<IReadOnlyList<CompletionRow>> Read(string path)
    {
        try
        {
            await using ParquetReader reader = await ParquetReader.CreateAsync(path);
            var rows = new List<CompletionRow>();
            for (int i = 0; i < reader.RowGroupCount; i++) rows.AddRange(await ReadGroup(reader, i));
            return rows;
        }
        catch (Exception e) when (e is IOException or InvalidDataException or ParquetException)
        {
            throw new InputException($"{Path.GetFileName(path)} cannot be read ({e.Message}); the file is damaged, look at another step.", e);
        }
    }

    private static async Task<IEnumerable<CompletionRow>> ReadGroup(ParquetReader reader, int index)
    {
        using ParquetRowGroupReader group = reader.OpenRowGroupReader(index);
        int count = checked((int)group.RowCount);
        Dictionary<string, DataField> fields = reader.Schema.DataFields.ToDictionary(f => f.Name);
        string?[] prompts = await Texts("prompt"), completions = await Texts("completion"), sources = await Texts("source"), reasons = await Texts("judge_reason"), images = await Texts("image");
        double?[] scores = await Numbers("discriminator_score"), advantages = await Numbers("advantage");
        var rewards = new Dictionary<string, double?[]>();
        foreach (string name in fields.Keys.Where(n => !Others.Contains(n))) rewards[name] = await Numbers(name);
        return Enumerable.Range(0, count).Select(i => new CompletionRow(
            prompts[i] ?? "", completions[i] ?? "", sources[i] ?? "", rewards.ToDictionary(r => r.Key, r => r.Value[i]), scores[i], reasons[i], advantages[i], images[i]));

        async Task<string?[]> Texts(string name)
        {
            var values = new string?[count];
            if (fields.TryGetValue(name, out DataField? field)) await group.ReadAsync(field, values.AsMemory()!);
            return values;
        }

        async Task<double?[]> Numbers(string name)
        {
            var values = new double?[count];
            if (fields.TryGetValue(name, out DataField? field)) await group.ReadAsync<double>(field, values.AsMemory());
            return values;
        }
    }
}
