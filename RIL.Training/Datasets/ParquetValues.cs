using System.Globalization;
using System.Text.Json;
using Parquet.Data;
using Parquet.Schema;

namespace RIL.Training.Datasets;

/// <summary>The values of a leaf as JSON: texts, numbers with all their digits, bytes as <c>{"bytes": base64}</c>.</summary>
internal abstract class ParquetValues
{
    /// <summary>Writes a value by its place among those that are there.</summary>
    public abstract void Write(Utf8JsonWriter json, int at);

    /// <summary>The values that a file holds for a leaf.</summary>
    public static ParquetValues Of(DataField field, RawColumnData data) => data switch
    {
        RawColumnData<ReadOnlyMemory<char>> d => new Values<ReadOnlyMemory<char>>(d, (json, v) => json.WriteStringValue(v.Span)),
        RawColumnData<ReadOnlyMemory<byte>> d when field.Name == "bytes" =>
            new Values<ReadOnlyMemory<byte>>(d, (json, v) => json.WriteBase64StringValue(v.Span)),
        RawColumnData<ReadOnlyMemory<byte>> d => new Values<ReadOnlyMemory<byte>>(d, WriteBytes),
        RawColumnData<bool> d => new Values<bool>(d, (json, v) => json.WriteBooleanValue(v)),
        RawColumnData<sbyte> d => new Values<sbyte>(d, (json, v) => json.WriteNumberValue(v)),
        RawColumnData<byte> d => new Values<byte>(d, (json, v) => json.WriteNumberValue(v)),
        RawColumnData<short> d => new Values<short>(d, (json, v) => json.WriteNumberValue(v)),
        RawColumnData<ushort> d => new Values<ushort>(d, (json, v) => json.WriteNumberValue(v)),
        RawColumnData<int> d => new Values<int>(d, (json, v) => json.WriteNumberValue(v)),
        RawColumnData<uint> d => new Values<uint>(d, (json, v) => json.WriteNumberValue(v)),
        RawColumnData<long> d => new Values<long>(d, (json, v) => json.WriteNumberValue(v)),
        RawColumnData<ulong> d => new Values<ulong>(d, (json, v) => json.WriteNumberValue(v)),
        RawColumnData<decimal> d => new Values<decimal>(d, (json, v) => json.WriteNumberValue(v)),
        // What is no number is how pandas says that there is none.
        RawColumnData<float> d => new Values<float>(d, (json, v) => WriteFinite(json, float.IsFinite(v), () => json.WriteNumberValue(v))),
        RawColumnData<double> d => new Values<double>(d,
            (json, v) => WriteFinite(json, double.IsFinite(v), () => json.WriteNumberValue(v))),
        RawColumnData<DateTime> d => new Values<DateTime>(d, (json, v) => json.WriteStringValue(
            v.ToString(v.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture))),
        _ => throw new NotSupportedException($"the column {field.Path} is of the type {field.ClrType.Name}"),
    };

    private static void WriteFinite(Utf8JsonWriter json, bool finite, Action write)
    {
        if (finite) write();
        else json.WriteNullValue();
    }

    // Pictures, or texts of a writer that did not say so.
    private static void WriteBytes(Utf8JsonWriter json, ReadOnlyMemory<byte> value)
    {
        if (System.Text.Unicode.Utf8.IsValid(value.Span) && !value.Span.Contains((byte)0))
        {
            json.WriteStringValue(value.Span);
            return;
        }
        json.WriteStartObject();
        json.WriteBase64String("bytes", value.Span);
        json.WriteEndObject();
    }

    private sealed class Values<T>(RawColumnData<T> data, Action<Utf8JsonWriter, T> write) : ParquetValues where T : struct
    {
        private readonly T[] _values = data.Values.ToArray();

        public override void Write(Utf8JsonWriter json, int at) => write(json, _values[at]);
    }
}
