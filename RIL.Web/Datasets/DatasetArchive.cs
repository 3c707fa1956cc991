using System.IO.Compression;
using System.Text;
using RIL.Training;
using RIL.Web.Controls;

namespace RIL.Web.Datasets;

/// <summary>
/// Unpacks an uploaded zip of rows and pictures into a folder, so that the rows lie in <c>rows.jsonl</c> and the pictures beside it under the names the rows use.
/// Nothing is believed of what the zip says about itself: names are checked, and bytes are counted while they are written.
/// </summary>
public sealed class DatasetArchive(DatasetOptions options, Action<long> room)
{
    /// <summary>Name of the rows' file.</summary>
    public const string Rows = "rows.jsonl";

    private const int Block = 1 << 16;
    private const long RatioFrom = 1L << 20;
    private const int LongestPart = 240; // file systems take 255 bytes
    private const int UnixTypeMask = 0xF000, UnixFile = 0x8000, UnixFolder = 0x4000;
    private static readonly string[] UsualRows = ["rows.jsonl", "data.jsonl", "train.jsonl"];
    private static readonly string[] Pictures = [".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp"];

    /// <summary>Unpacks; throws <see cref="InputException"/> with a sentence where the zip cannot be used. Files that are neither rows nor pictures are left out.</summary>
    public void Unpack(string file, string folder)
    {
        using ZipArchive zip = Open(file);
        List<ZipArchiveEntry> entries = [.. zip.Entries.Where(e => !IsOfTheSystem(e.FullName))];
        if (entries.Count > options.MostFiles) throw new InputException($"The zip holds {Say.Count(entries.Count)} files; at most {Say.Count(options.MostFiles)} are accepted.");
        var names = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        long claimed = 0;
        foreach (ZipArchiveEntry entry in entries)
        {
            Check(entry);
            if (!names.TryAdd(Plain(entry), entry.FullName)) throw new InputException($"The zip holds '{Short(entry.FullName)}' and '{Short(names[Plain(entry)])}', which some machines take for one file; rename one.");
            claimed += entry.Length;
        }
        foreach (string name in names.Keys)
            if (Parents(name).FirstOrDefault(names.ContainsKey) is { } both) throw new InputException($"The zip holds '{Short(both)}' both as a file and as a folder; rename one.");
        if (claimed > options.LargestUnpacked) throw TooLarge();
        room(claimed);
        ZipArchiveEntry rows = FindRows(entries);
        string inside = Plain(rows)[..^Path.GetFileName(Plain(rows)).Length];
        Directory.CreateDirectory(folder);
        long left = Write(rows, Path.Combine(folder, Rows), options.LargestUnpacked, long.MaxValue);
        foreach (ZipArchiveEntry entry in entries.Where(e => e != rows && Pictures.Contains(Path.GetExtension(e.FullName).ToLowerInvariant())))
        {
            string name = Plain(entry);
            // Rows name pictures from where they lie; whoever zipped the rows' folder, its name comes before both.
            string to = Path.Combine(folder, name.StartsWith(inside, StringComparison.Ordinal) ? name[inside.Length..] : name);
            if (File.Exists(to)) throw new InputException($"The zip holds '{Short(name)}' twice, beside the rows and outside their folder; remove one.");
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            left = Write(entry, to, left, options.LargestPicture);
        }
    }

    private ZipArchive Open(string file)
    {
        // Opening reads the whole list of files into memory. Folders and what a Mac adds are on it and are not counted later.
        if (Listed(file) is long listed && listed > 2L * options.MostFiles + 1000) throw new InputException($"The zip lists {Say.Count(listed)} files and folders; at most {Say.Count(options.MostFiles)} files are accepted.");
        try
        {
            ZipArchive zip = ZipFile.OpenRead(file);
            return zip.Entries.Count > 0 ? zip : throw new InputException("The zip is empty; expected one JSONL file of rows, and their pictures.");
        }
        catch (InvalidDataException e)
        {
            throw new InputException($"The file cannot be opened as a zip ({e.Message.TrimEnd('.')}); make it again, or upload it again.", e);
        }
    }

    // Entries of the list at the end of a zip begin with these bytes; packed pictures and rows hold them by chance once in four gigabytes.
    private static long Listed(string file)
    {
        ReadOnlySpan<byte> mark = "PK\u0001\u0002"u8;
        using var from = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
        var block = new byte[Block];
        long count = 0;
        for (int kept = 0, read; (read = from.Read(block, kept, Block - kept)) > 0;)
        {
            ReadOnlySpan<byte> seen = block.AsSpan(0, kept + read);
            count += seen.Count(mark);
            // A mark may lie across two blocks.
            kept = Math.Min(mark.Length - 1, seen.Length);
            seen[^kept..].CopyTo(block);
        }
        return count;
    }

    private static ZipArchiveEntry FindRows(List<ZipArchiveEntry> entries)
    {
        List<ZipArchiveEntry> all = [.. entries.Where(e => e.FullName.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase))];
        if (all.Count == 1) return all[0];
        if (all.Count == 0)
        {
            string seen = string.Join(", ", entries.Where(e => e.Name.Length > 0).Take(3).Select(e => $"'{Short(e.FullName)}'"));
            throw new InputException($"The zip holds no rows; expected one JSONL file (one JSON object a line with prompt, images and answer){(seen.Length > 0 ? $", and found {seen}" : "")}.");
        }
        return UsualRows.Select(usual => all.SingleOrDefault(e => e.FullName == usual)).FirstOrDefault(e => e is not null)
            ?? throw new InputException($"The zip holds {all.Count} JSONL files ({string.Join(", ", all.Take(5).Select(e => $"'{Short(e.FullName)}'"))}); leave one, or call it rows.jsonl and put it at the top.");
    }

    // A name that climbs, is absolute, or means something to a file system is refused instead of being made harmless: an honest zip has none.
    private static void Check(ZipArchiveEntry entry)
    {
        string name = entry.FullName, shown = Short(name);
        string[] parts = Plain(entry).Split('/', StringSplitOptions.None);
        if (name.Length is 0 or > 500) throw new InputException($"The zip holds a file whose name has {name.Length} characters ('{shown}'); expected 1 to 500.");
        if (name.Any(char.IsControl)) throw new InputException($"The zip holds a file with control characters in its name ('{shown}'); rename it.");
        if (name[0] is '/' or '\\' || name.Contains(':', StringComparison.Ordinal)) throw new InputException($"The zip holds '{shown}', an absolute path; pack the folder's content with relative names.");
        if (parts.Contains("..")) throw new InputException($"The zip holds '{shown}', which climbs out of its folder; pack the folder's content with plain relative names.");
        if (parts.SkipLast(1).Any(p => p is "" or ".") || parts[^1] == ".") throw new InputException($"The zip holds '{shown}', which is no plain relative name; rename it.");
        if (parts.Any(p => Encoding.UTF8.GetByteCount(p) > LongestPart)) throw new InputException($"The zip holds '{shown}', of which a part is longer than {LongestPart} bytes; rename it.");
        if (((entry.ExternalAttributes >> 16) & UnixTypeMask) is not (0 or UnixFile or UnixFolder)) throw new InputException($"The zip holds '{shown}', which is a link or a device; put the file itself there.");
        if (entry.IsEncrypted) throw new InputException($"'{shown}' is encrypted; pack without a password.");
        if (name.EndsWith(".zip", StringComparison.OrdinalIgnoreCase)) throw new InputException($"The zip holds another zip ('{shown}'); unpack that one first.");
    }

    private long Write(ZipArchiveEntry entry, string to, long left, long largest)
    {
        string name = Short(entry.FullName);
        try
        {
            using Stream from = entry.Open();
            using var target = new FileStream(to, FileMode.CreateNew, FileAccess.Write, FileShare.None, Block);
            var block = new byte[Block];
            long written = 0;
            int read;
            while ((read = from.Read(block)) > 0)
            {
                written += read;
                if (written > left) throw TooLarge();
                if (written > largest) throw new InputException($"'{name}' is larger than {Say.Bytes(largest)}, the limit for a picture; scale it down.");
                if (written > RatioFrom && written / options.LargestRatio > entry.CompressedLength)
                    throw new InputException($"'{name}' grows to more than {options.LargestRatio} times its packed size; the zip looks like a bomb and was not unpacked. Pack it with an ordinary program.");
                target.Write(block, 0, read);
            }
            return left - written;
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException)
        {
            throw new InputException($"'{name}' cannot be unpacked ({e.Message.TrimEnd('.')}); the zip is damaged or packed in an unusual way: make it again.", e);
        }
    }

    private InputException TooLarge() => new($"The zip's files have more than {Say.Bytes(options.LargestUnpacked)} together, the limit of this site; make it smaller, or ask an administrator to raise Uploads:LargestUnpacked.");

    private static IEnumerable<string> Parents(string name)
    {
        for (int at = name.IndexOf('/'); at >= 0; at = name.IndexOf('/', at + 1)) yield return name[..at];
    }

    // Programs on Windows have written backslashes.
    private static string Plain(ZipArchiveEntry entry) => entry.FullName.Replace('\\', '/');

    private static bool IsOfTheSystem(string name) =>
        name.StartsWith("__MACOSX/", StringComparison.Ordinal) || Path.GetFileName(name) is ".DS_Store" or "Thumbs.db" || name.EndsWith('/') && !name.StartsWith('/') && !name.Contains("..", StringComparison.Ordinal);

    private static string Short(string name)
    {
        string clean = string.Concat(name.Select(c => char.IsControl(c) ? '?' : c));
        return clean.Length <= 80 ? clean : clean[..77] + "…";
    }
}
