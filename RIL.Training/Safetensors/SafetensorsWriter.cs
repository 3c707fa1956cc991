using System.Buffers.Binary;
using System.Text.Json;
using static TorchSharp.torch;

namespace RIL.Training.Safetensors;

/// <summary>Writes tensors as one safetensors file.</summary>
public static class SafetensorsWriter
{
    private const int Alignment = 8; // the header is padded with blanks so that the data starts aligned, as the reference writer does

    /// <summary>
    /// Writes the tensors in the given order, in their own types; the caller writes beside and renames where that matters.
    /// </summary>
    public static void Write(string path, IReadOnlyList<(string Name, Tensor Value)> tensors,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        using var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        byte[] header = Header(tensors, metadata);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach ((_, Tensor value) in tensors) WriteData(stream, value);
        stream.Flush(flushToDisk: true);
    }

    private static byte[] Header(IReadOnlyList<(string Name, Tensor Value)> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata is not null)
            {
                json.WriteStartObject("__metadata__");
                foreach ((string key, string value) in metadata) json.WriteString(key, value);
                json.WriteEndObject();
            }
            long offset = 0;
            foreach ((string name, Tensor value) in tensors)
            {
                long bytes = value.numel() * SafetensorsTypes.Size(value.dtype);
                json.WriteStartObject(name);
                json.WriteString("dtype", SafetensorsTypes.Name(value.dtype));
                json.WriteStartArray("shape");
                foreach (long d in value.shape) json.WriteNumberValue(d);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += bytes);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        while (buffer.Length % Alignment != 0) buffer.WriteByte((byte)' ');
        return buffer.ToArray();
    }

    private static void WriteData(Stream stream, Tensor value)
    {
        using var scope = NewDisposeScope();
        Tensor flat = value.detach().contiguous().cpu().view(-1);
        // A span holds at most 2 GiB.
        const long Chunk = 1 << 28;
        for (long start = 0; start < flat.numel(); start += Chunk)
        {
            using Tensor part = flat.narrow(0, start, Math.Min(Chunk, flat.numel() - start));
            stream.Write(part.bytes);
        }
    }
}
