using System.IO.Compression;
using System.Text.Json;

namespace RIL.Training.Datasets;

/// <summary>
/// Pictures of a data set by what its rows say: a path inside the data set's folder, an entry of a zip in it
/// (<c>pictures.zip#name.png</c>), a data: URI or base64. Links inside the folder are followed: whoever keeps pictures elsewhere put them
/// there.
/// </summary>
internal sealed class PictureFiles(string folder)
{
    private const int ShortestBase64 = 64; // shorter texts are taken for misspelt paths

    private readonly Dictionary<string, PictureArchive> _archives = new(StringComparer.Ordinal);

    public PictureSource Open(JsonElement entry)
    {
        if (entry.ValueKind == JsonValueKind.String) return Open(JsonText.Read(entry));
        if (entry.ValueKind == JsonValueKind.Object)
        {
            if (entry.TryGetProperty("bytes", out JsonElement bytes) && bytes.ValueKind == JsonValueKind.String)
                return Inline(JsonText.Read(bytes), "bytes");
            foreach (string key in new[] { "path", "url", "image" })
                if (entry.TryGetProperty(key, out JsonElement path) && path.ValueKind == JsonValueKind.String)
                    return Open(JsonText.Read(path));
        }
        throw new DatasetRowException(
            $"an entry of images is {DatasetRow.Kind(entry)}, expected a path, {{\"path\": …}}, {{\"bytes\": …}} or a data: URI");
    }

    private PictureSource Open(string text)
    {
        if (text.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
        {
            int comma = text.IndexOf(',');
            return comma > 0 && text.AsSpan(0, comma).EndsWith(";base64", StringComparison.OrdinalIgnoreCase)
                ? Inline(text[(comma + 1)..], "a data: URI")
                : throw new DatasetRowException($"'{Short(text)}' is no data: URI in base64");
        }
        if (text.Contains("://", StringComparison.Ordinal))
            throw new DatasetRowException($"picture '{Short(text)}' lies elsewhere; download it into the data set's folder");
        if (text.Length > ShortestBase64 && Decode(text) is { } inline) return new PictureSource("(base64)", () => inline);

        string path = Inside(text);
        if (File.Exists(path)) return new PictureSource(text, () => ReadFile(path, text));
        int hash = text.IndexOf(".zip#", StringComparison.OrdinalIgnoreCase);
        if (hash < 0) throw new DatasetRowException($"picture '{Short(text)}' is not in the data set's folder");
        string zip = text[..(hash + 4)], name = text[(hash + 5)..];
        if (!_archives.TryGetValue(zip, out PictureArchive? archive)) _archives[zip] = archive = new PictureArchive(Inside(zip), zip);
        if (!archive.Contains(name)) throw new DatasetRowException($"{zip} holds no picture '{Short(name)}'");
        return new PictureSource(text, () => archive.Read(name));
    }

    private string Inside(string relative)
    {
        if (relative.Length == 0 || relative.Contains('\0') || relative.Length > 4096)
            throw new DatasetRowException($"'{Short(relative)}' is no path of a picture");
        // Both separators, so that a data set made on Windows is read, and refused, alike everywhere.
        string path = Path.GetFullPath(Path.Combine(folder, relative.Replace('\\', '/')));
        string root = Path.EndsInDirectorySeparator(folder) ? folder : folder + Path.DirectorySeparatorChar;
        bool inside = path.StartsWith(root, StringComparison.Ordinal);
        return inside ? path : throw new DatasetRowException(
            $"picture '{Short(relative)}' lies outside the data set's folder; copy it there and give its path relative to it");
    }

    private static PictureSource Inline(string base64, string what)
    {
        byte[] bytes = Decode(base64) ?? throw new DatasetRowException($"the picture in {what} is not valid base64");
        return new PictureSource($"({what})", () => bytes);
    }

    private static byte[]? Decode(string base64)
    {
        var bytes = new byte[base64.Length / 4 * 3 + 3];
        return Convert.TryFromBase64String(base64, bytes, out int written) && written > 0 ? bytes[..written] : null;
    }

    private static byte[] ReadFile(string path, string name)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"picture '{name}' cannot be read ({e.Message}).", e);
        }
    }

    internal static string Short(string text) => text.Length <= 80 ? text : text[..77] + "…";
}

/// <summary>A zip of pictures that stays open; entries are read one at a time whichever thread asks.</summary>
internal sealed class PictureArchive
{
    private const long LargestEntry = 256L << 20;

    private readonly string _name;
    private readonly Dictionary<string, ZipArchiveEntry> _entries = new(StringComparer.Ordinal);
    private readonly Lock _reading = new();

    public PictureArchive(string path, string name)
    {
        _name = name;
        try
        {
            foreach (ZipArchiveEntry entry in ZipFile.OpenRead(path).Entries) _entries[entry.FullName] = entry;
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new DatasetRowException($"{name} cannot be opened as a zip ({e.Message})");
        }
    }

    public bool Contains(string name) => _entries.ContainsKey(name);

    public byte[] Read(string name)
    {
        ZipArchiveEntry entry = _entries[name];
        if (entry.Length > LargestEntry)
            throw new InputException($"{_name}#{name} has {entry.Length} bytes; a picture has at most {LargestEntry}.");
        lock (_reading)
        {
            try
            {
                var bytes = new byte[entry.Length];
                using Stream stream = entry.Open();
                stream.ReadExactly(bytes);
                return bytes;
            }
            catch (Exception e) when (e is IOException or InvalidDataException)
            {
                throw new InputException($"{_name}#{name} cannot be read ({e.Message}); the zip is damaged.", e);
            }
        }
    }
}
