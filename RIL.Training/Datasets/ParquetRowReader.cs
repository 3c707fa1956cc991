using System.Buffers;
using System.Text.Json;
using Parquet;
using Parquet.Data;
using Parquet.Schema;

namespace RIL.Training.Datasets;

/// <summary>
/// Parquet as Hugging Face datasets and pyarrow write it: texts, numbers, lists and structures, any compression. Row group by row group,
/// and only the columns that are used.
/// </summary>
internal sealed class ParquetRowReader : IRowReader
{
    private const long LargestGroup = 8L << 30; // bytes unpacked, which are in memory at once

    public IReadOnlyList<string> Endings { get; } = [".parquet"];

    public IEnumerable<FileRow> ReadRows(string file)
    {
        using FileStream stream = Open(file);
        ParquetReader reader = Guard(file, () => ParquetReader.CreateAsync(stream, leaveStreamOpen: true).GetAwaiter().GetResult());
        try
        {
            Field[] fields = Guard(file, () => (Field[])[.. reader.Schema.Fields]);
            int number = 0;
            for (int i = 0; i < reader.RowGroupCount; i++)
            {
                int place = i;
                using ParquetRowGroupReader group = Guard(file, () => reader.OpenRowGroupReader(place));
                if (group.RowGroup.TotalByteSize > LargestGroup)
                    throw new InputException($"{file}: row group {i} has {group.RowGroup.TotalByteSize >> 20} MiB, at most "
                        + $"{LargestGroup >> 20} are read at once; write it with smaller row groups (row_group_size=1000).");
                ParquetColumn[] columns = [.. fields.Select(f => DatasetColumns.MayMatter(f.Name)
                    ? Guard(file, () => ParquetColumn.Read(f, leaf => ReadLeaf(file, group, leaf)))
                    : ParquetColumn.Unread(f))];
                for (long row = 0; row < group.RowCount; row++)
                    yield return new FileRow(++number, Guard(file, () => Row(columns)), null);
            }
        }
        finally
        {
            reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private static JsonDocument Row(ParquetColumn[] columns)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            json.WriteStartObject();
            foreach (ParquetColumn column in columns) column.WriteNext(json);
            json.WriteEndObject();
        }
        return JsonDocument.Parse(buffer.WrittenMemory);
    }

    private static RawColumnData ReadLeaf(string file, ParquetRowGroupReader group, DataField leaf)
    {
        try
        {
            return group.ReadRawColumnDataBaseAsync(leaf).AsTask().GetAwaiter().GetResult();
        }
        catch (Exception e) when (e.GetBaseException() is NotImplementedException or NotSupportedException)
        {
            throw new InputException($"{file}: the column {leaf.Path} is kept in a way that is not read here; write the file with "
                + "data_page_version=\"1.0\", which is pyarrow's default.", e);
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw Damaged(file, e);
        }
    }

    private static T Guard<T>(string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (NotSupportedException e)
        {
            throw new InputException($"{file}: it has a column whose type is not read here ({e.Message}); leave it out, or write it as "
                + "float32 or text.", e);
        }
        catch (Exception e) when (e is not InputException && IsDamage(e))
        {
            throw Damaged(file, e);
        }
    }

    // The library lets a damaged file's bytes lead it anywhere.
    private static bool IsDamage(Exception e) => e is not OutOfMemoryException;

    private static InputException Damaged(string file, Exception e) =>
        new($"{file} cannot be read as parquet ({e.GetBaseException().Message.Split('\n')[0]}); write or fetch it again.", e);

    private static FileStream Open(string file)
    {
        try
        {
            return File.OpenRead(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{file} cannot be read ({e.Message}).", e);
        }
    }
}
