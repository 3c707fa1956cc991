using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Text.Json;
using RIL.Training.Torch;
using static TorchSharp.torch;

namespace RIL.Training.Safetensors;

/// <summary>One tensor of a file: its type, shape and the bytes it occupies in the file's data section.</summary>
public sealed record SafetensorsEntry(string Name, ScalarType Type, long[] Shape, long Start, long End)
{
    /// <summary>Number of elements.</summary>
    public long Count => Shape.Aggregate(1L, (a, b) => a * b);
}

/// <summary>
/// A memory-mapped safetensors file; every offset is checked when it is opened, so that a damaged file is refused before a tensor is read.
/// </summary>
public sealed unsafe class SafetensorsFile : IDisposable
{
    private const long LongestHeader = 100_000_000; // the format's own limit
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly Dictionary<string, SafetensorsEntry> _entries = new(StringComparer.Ordinal);
    private readonly byte* _data;

    /// <summary>
    /// Opens and checks a file; throws <see cref="InputException"/> when it is missing, truncated or contradicts itself.
    /// </summary>
    public SafetensorsFile(string path)
    {
        Path = path;
        if (!File.Exists(path)) throw new InputException($"{path}: the file does not exist; expected a safetensors file.");
        long length = new FileInfo(path).Length;
        if (LfsPointer.Is(path)) throw new InputException(LfsPointer.Sentence(path));
        if (length < 8) throw Damaged($"it has {length} bytes, too few for a header");
        _map = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        _view = _map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        try
        {
            ulong header = BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(start, 8));
            if (header > LongestHeader || (long)header > length - 8)
                throw Damaged($"its header claims {header} bytes and the file has {length - 8} after the length; it is truncated or not a "
                    + $"safetensors file");
            _data = start + 8 + header;
            ReadHeader(new ReadOnlySpan<byte>(start + 8, (int)header), length - 8 - (long)header);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Where the file is.</summary>
    public string Path { get; }

    /// <summary>The header's free-form notes, for instance <c>format = pt</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; private set; } = new Dictionary<string, string>();

    /// <summary>The tensors by name, in the file's order.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries => _entries;

    /// <summary>A tensor that owns its memory, in the type of the file or converted to <paramref name="dtype"/>.</summary>
    public Tensor Read(string name, ScalarType? dtype = null)
    {
        using Tensor mapped = Map(name);
        return dtype is { } type && type != mapped.dtype ? mapped.to(type) : mapped.clone();
    }

    /// <summary>A read-only tensor on the mapped memory, valid while this file is open.</summary>
    public Tensor Map(string name)
    {
        SafetensorsEntry entry = Entry(name);
        return Aten.FromMemory((IntPtr)(_data + entry.Start), entry.Shape, entry.Type);
    }

    /// <summary>The raw bytes of a tensor; throws when it has more than 2 GiB.</summary>
    public ReadOnlySpan<byte> Bytes(string name)
    {
        SafetensorsEntry entry = Entry(name);
        return new ReadOnlySpan<byte>(_data + entry.Start, checked((int)(entry.End - entry.Start)));
    }

    /// <summary>Place of a tensor's first value that is no number, row by row, or -1 where all are numbers.</summary>
    public long NonFiniteIn(string name)
    {
        const int Most = 1 << 28; // bytes of a span at a time, a multiple of every element's size
        SafetensorsEntry entry = Entry(name);
        for (long at = entry.Start; at < entry.End; at += Most)
        {
            var piece = new ReadOnlySpan<byte>(_data + at, (int)Math.Min(Most, entry.End - at));
            if (NonFinite.IndexIn(piece, entry.Type) is >= 0 and int found)
                return (at - entry.Start) / SafetensorsTypes.Size(entry.Type) + found;
        }
        return -1;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _map.Dispose();
    }

    private SafetensorsEntry Entry(string name) =>
        _entries.TryGetValue(name, out SafetensorsEntry? entry) ? entry
            : throw new InputException($"{Path}: it holds no tensor '{name}' (it has {_entries.Count} others).");

    private void ReadHeader(ReadOnlySpan<byte> json, long dataLength)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                if (property.Name == "__metadata__")
                    Metadata = property.Value.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString() ?? "");
                else
                    _entries.Add(property.Name, ReadEntry(property, dataLength));
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException
            or ArgumentException or OverflowException)
        {
            throw new InputException(
                $"{Path}: its header cannot be read ({e.Message}); the file is damaged or not a safetensors file.", e);
        }
    }

    private SafetensorsEntry ReadEntry(JsonProperty property, long dataLength)
    {
        string type = property.Value.GetProperty("dtype").GetString() ?? "";
        long[] shape = [.. property.Value.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64())];
        JsonElement offsets = property.Value.GetProperty("data_offsets");
        long start = offsets[0].GetInt64(), end = offsets[1].GetInt64();
        if (!SafetensorsTypes.TryParse(type, out ScalarType dtype))
            throw Damaged($"tensor '{property.Name}' has type {type}; expected one of {SafetensorsTypes.Names}");
        long bytes = checked(shape.Aggregate(1L, (a, b) => checked(a * b)) * SafetensorsTypes.Size(dtype));
        if (start < 0 || end > dataLength || start > end)
            throw Damaged($"tensor '{property.Name}' lies at bytes {start} to {end} and the data has {dataLength}; it is truncated");
        if (end - start != bytes)
            throw Damaged($"tensor '{property.Name}' of {type} [{string.Join(", ", shape)}] needs {bytes} bytes and its header gives it "
                + $"{end - start}");
        return new SafetensorsEntry(property.Name, dtype, shape, start, end);
    }

    private InputException Damaged(string what) => new($"{Path}: {what}. Fetch or write the file again.");
}
