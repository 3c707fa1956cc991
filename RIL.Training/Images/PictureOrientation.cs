using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;

namespace RIL.Training.Images;

/// <summary>
/// The orientation 1 to 8 that a JPEG, PNG or WebP asks for, as Pillow's exif_transpose finds it: in EXIF, and where EXIF says none in
/// XMP.
/// </summary>
internal static partial class PictureOrientation
{
    private const ushort OrientationTag = 0x0112;
    private const int LargestXmp = 16 << 20;

    /// <summary>The orientation, 1 where the file says none.</summary>
    public static int Find(ReadOnlySpan<byte> file)
    {
        ReadOnlySpan<byte> exif = [], xmp = [];
        if (file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8])) ReadJpeg(file, ref exif, ref xmp);
        else if (file.Length > 12 && file.StartsWith("RIFF"u8) && file[8..].StartsWith("WEBP"u8)) ReadWebP(file, ref exif, ref xmp);
        else
        {
            exif = PngChunks.Chunk(file, "eXIf"u8);
            xmp = PngXmp(PngChunks.Chunk(file, "iTXt"u8, "XML:com.adobe.xmp\0"u8));
        }
        if (InExif(exif) is var found and > 0) return found;
        return Pattern().Match(Encoding.Latin1.GetString(xmp)) is { Success: true } match ? match.Groups[1].ValueSpan[0] - '0' : 1;
    }

    private static void ReadJpeg(ReadOnlySpan<byte> file, ref ReadOnlySpan<byte> exif, ref ReadOnlySpan<byte> xmp)
    {
        ReadOnlySpan<byte> exifName = "Exif\0\0"u8, xmpName = "http://ns.adobe.com/xap/1.0/\0"u8;
        for (int at = 2; at + 4 <= file.Length && file[at] == 0xFF;)
        {
            if (file[at + 1] == 0xFF)
            {
                at++;
                continue;
            }
            if (file[at + 1] is 0xDA or 0xD9) return;
            int length = BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
            if (length < 2 || at + 2 + length > file.Length) return;
            ReadOnlySpan<byte> segment = file.Slice(at + 4, length - 2);
            if (file[at + 1] == 0xE1 && exif.IsEmpty && segment.StartsWith(exifName)) exif = segment[exifName.Length..];
            if (file[at + 1] == 0xE1 && segment.StartsWith(xmpName)) xmp = segment[xmpName.Length..];
            at += 2 + length;
        }
    }

    private static void ReadWebP(ReadOnlySpan<byte> file, ref ReadOnlySpan<byte> exif, ref ReadOnlySpan<byte> xmp)
    {
        for (long at = 12; at + 8 <= file.Length;)
        {
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(file[((int)at + 4)..]);
            if (at + 8 + length > file.Length) return;
            ReadOnlySpan<byte> chunk = file.Slice((int)at + 8, (int)length);
            if (file[(int)at..].StartsWith("EXIF"u8)) exif = chunk.StartsWith("Exif\0\0"u8) ? chunk[6..] : chunk;
            if (file[(int)at..].StartsWith("XMP "u8)) xmp = chunk;
            at += 8 + length + (length & 1);
        }
    }

    // Keyword, compressed or not, method, language, translated keyword, text.
    private static ReadOnlySpan<byte> PngXmp(ReadOnlySpan<byte> chunk)
    {
        int keyword = chunk.IndexOf((byte)0);
        if (keyword < 0 || chunk.Length < keyword + 3) return [];
        bool packed = chunk[keyword + 1] != 0;
        ReadOnlySpan<byte> text = chunk[(keyword + 3)..];
        for (int i = 0; i < 2; i++)
        {
            int end = text.IndexOf((byte)0);
            if (end < 0) return [];
            text = text[(end + 1)..];
        }
        if (!packed) return text;
        try
        {
            using var zlib = new ZLibStream(new MemoryStream(text.ToArray()), CompressionMode.Decompress);
            var plain = new byte[LargestXmp];
            return plain.AsSpan(0, zlib.ReadAtLeast(plain, plain.Length, throwOnEndOfStream: false));
        }
        catch (InvalidDataException)
        {
            return [];
        }
    }

    /// <summary>The orientation in a block of EXIF, 0 where it says none.</summary>
    private static int InExif(ReadOnlySpan<byte> exif)
    {
        if (exif.Length < 8) return 0;
        bool little = exif[0] == (byte)'I';
        uint directory = little ? BinaryPrimitives.ReadUInt32LittleEndian(exif[4..]) : BinaryPrimitives.ReadUInt32BigEndian(exif[4..]);
        if ((long)directory + 2 > exif.Length) return 0;
        int entries = Int16(exif, (int)directory, little);
        for (int at = (int)directory + 2; entries > 0 && at + 12 <= exif.Length; at += 12, entries--)
            if (Int16(exif, at, little) == OrientationTag) return Int16(exif, at + 8, little);
        return 0;
    }

    private static ushort Int16(ReadOnlySpan<byte> bytes, int at, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]) : BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);

    [GeneratedRegex("tiff:Orientation(?:=\"|>)([0-9])", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
