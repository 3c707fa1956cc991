using System.Buffers.Binary;

namespace RIL.Training.Images;

/// <summary>What the decoder does not say about a PNG: its bit depth and the orientation in its eXIf chunk.</summary>
internal static class PngChunks
{
    private const int Header = 8, Overhead = 12; // signature; length, name and checksum of a chunk
    private const ushort OrientationTag = 0x0112;

    /// <summary>Bits a channel, or 0 where the file is no PNG.</summary>
    public static int BitDepth(ReadOnlySpan<byte> file)
    {
        ReadOnlySpan<byte> header = Chunk(file, "IHDR"u8);
        return header.Length > 8 ? header[8] : 0;
    }

    /// <summary>EXIF orientation, 1 where the file says none.</summary>
    public static int Orientation(ReadOnlySpan<byte> file)
    {
        ReadOnlySpan<byte> exif = Chunk(file, "eXIf"u8);
        if (exif.Length < 8) return 1;
        bool little = exif[0] == (byte)'I';
        uint directory = Int32(exif, 4, little);
        if ((long)directory + 2 > exif.Length) return 1;
        int entries = Int16(exif, (int)directory, little);
        for (int at = (int)directory + 2; entries > 0 && at + 12 <= exif.Length; at += 12, entries--)
            if (Int16(exif, at, little) == OrientationTag) return Int16(exif, at + 8, little);
        return 1;
    }

    private static ReadOnlySpan<byte> Chunk(ReadOnlySpan<byte> file, ReadOnlySpan<byte> name)
    {
        ReadOnlySpan<byte> signature = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];
        if (!file.StartsWith(signature)) return [];
        for (long at = Header; at + Overhead <= file.Length;)
        {
            uint length = Int32(file, (int)at, little: false);
            if (at + Overhead + length > file.Length) return [];
            if (file.Slice((int)at + 4, 4).SequenceEqual(name)) return file.Slice((int)at + 8, (int)length);
            at += Overhead + length;
        }
        return [];
    }

    private static ushort Int16(ReadOnlySpan<byte> bytes, int at, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]) : BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);

    private static uint Int32(ReadOnlySpan<byte> bytes, int at, bool little) =>
        little ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]) : BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);
}
