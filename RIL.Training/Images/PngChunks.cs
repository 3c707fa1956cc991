using System.Buffers.Binary;

namespace RIL.Training.Images;

/// <summary>What the decoder does not say about a PNG: its bit depth and its chunks of metadata.</summary>
internal static class PngChunks
{
    private const int Header = 8, Overhead = 12; // signature; length, name and checksum of a chunk

    /// <summary>Bits a channel, or 0 where the file is no PNG.</summary>
    public static int BitDepth(ReadOnlySpan<byte> file)
    {
        ReadOnlySpan<byte> header = Chunk(file, "IHDR"u8);
        return header.Length > 8 ? header[8] : 0;
    }

    /// <summary>The first chunk of a name whose content begins so; empty where there is none, or the file is no PNG.</summary>
    public static ReadOnlySpan<byte> Chunk(ReadOnlySpan<byte> file, ReadOnlySpan<byte> name, ReadOnlySpan<byte> beginning = default)
    {
        ReadOnlySpan<byte> signature = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];
        if (!file.StartsWith(signature)) return [];
        for (long at = Header; at + Overhead <= file.Length;)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(file[(int)at..]);
            if (at + Overhead + length > file.Length) return [];
            ReadOnlySpan<byte> content = file.Slice((int)at + 8, (int)length);
            if (file.Slice((int)at + 4, 4).SequenceEqual(name) && content.StartsWith(beginning)) return content;
            at += Overhead + length;
        }
        return [];
    }
}
