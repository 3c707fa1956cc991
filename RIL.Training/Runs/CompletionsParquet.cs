using Parquet;
using Parquet.Schema;

namespace RIL.Training.Runs;

/// <summary>Keeps a step's completions as one parquet file.</summary>
public static class CompletionsParquet
{
    /// <summary>Writes beside and renames: a reader never sees half a file.</summary>
    public static void Write(string path, long step, IReadOnlyList<CompletionRow> rows)
    {
        string[] rewards = [.. rows.SelectMany(r => r.Rewards.Keys).Distinct()];
        var columns = new List<ParquetColumn>
        {
            Whole("step", rows.Select(_ => step)),
            Text("prompt", rows.Select(r => r.Prompt)),
            Text("completion", rows.Select(r => r.Completion)),
            Text("source", rows.Select(r => r.Source)),
        };
        columns.AddRange(rewards.Select(name => Numbers(name, rows.Select(r => r.Rewards.GetValueOrDefault(name)))));
        columns.AddRange([
            Numbers("discriminator_score", rows.Select(r => r.DiscriminatorScore)),
            Text("judge_reason", rows.Select(r => r.JudgeReason)),
            Numbers("advantage", rows.Select(r => r.Advantage)),
            Text("image", rows.Select(r => r.Image)),
        ]);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string beside = path + ".tmp";
        using (var file = new FileStream(beside, FileMode.Create, FileAccess.ReadWrite))
            WriteAsync(file, columns).GetAwaiter().GetResult();
        File.Move(beside, path, overwrite: true);
    }

    private static async Task WriteAsync(Stream file, List<ParquetColumn> columns)
    {
        var schema = new ParquetSchema(columns.Select(c => c.Field));
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(schema, file).ConfigureAwait(false);
        using ParquetRowGroupWriter group = writer.CreateRowGroup();
        foreach (ParquetColumn column in columns) await column.Write(group).ConfigureAwait(false);
    }

    private static ParquetColumn Text(string name, IEnumerable<string?> values)
    {
        var field = new DataField<string>(name);
        return new(field, group => group.WriteAsync(field, [.. values]));
    }

    private static ParquetColumn Numbers(string name, IEnumerable<double?> values)
    {
        var field = new DataField<double?>(name);
        return new(field, group => group.WriteAsync<double>(field, values.ToArray()));
    }

    private static ParquetColumn Whole(string name, IEnumerable<long> values)
    {
        var field = new DataField<long>(name);
        return new(field, group => group.WriteAsync<long>(field, values.ToArray()));
    }

    private sealed record ParquetColumn(DataField Field, Func<ParquetRowGroupWriter, Task> Write);
}
