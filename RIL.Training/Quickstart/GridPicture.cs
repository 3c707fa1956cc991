using System.Buffers.Binary;
using RIL.Training.Randomness;

namespace RIL.Training.Quickstart;

/// <summary>Four pictures as a grey grid of 56 × 56, as a PNG whose rows are stored unpacked: made and read in microseconds.</summary>
internal static class GridPicture
{
    public const int Side = 2 * PictureSet.Side;

    // Counter "step" of the choice of pictures, apart from the draws of the question (0).
    private const long PictureChoice = 1;

    private static readonly uint[] CrcTable =
        [.. Enumerable.Range(0, 256).Select(n => Enumerable.Range(0, 8)
        .Aggregate((uint)n, (c, _) => (c & 1) != 0 ? 0xEDB88320 ^ (c >> 1) : c >> 1))];

    /// <summary>Draws a picture of its class for every cell, by (seed, index) alone.</summary>
    public static byte[] Pixels(bool shop, int[] labels, PicturePart part, ulong seed, long index)
    {
        var grid = new byte[Side * Side];
        PictureSet set = PictureSet.Get(shop, part);
        for (int cell = 0; cell < 4; cell++)
        {
            IReadOnlyList<byte[]> choice = set.Of(labels[cell]);
            byte[] picture = choice[(int)(CounterRandom.Uniform(seed, PictureChoice, index, 0, cell) * choice.Count)];
            int corner = (cell / 2 * PictureSet.Side * Side) + (cell % 2 * PictureSet.Side);
            for (int y = 0; y < PictureSet.Side; y++)
                picture.AsSpan(y * PictureSet.Side, PictureSet.Side).CopyTo(grid.AsSpan(corner + (y * Side)));
        }
        return grid;
    }

    /// <summary>The PNG of grey pixels.</summary>
    public static byte[] Png(ReadOnlySpan<byte> pixels)
    {
        const int Row = Side + 1, Raw = Row * Side; // every row begins with its filter, 0
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, Side);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], Side);
        header[8] = 8; // bits; the zeros after it: grey, deflate, standard filters, not interlaced
        var data = new byte[2 + 5 + Raw + 4];
        (data[0], data[1], data[2]) = (0x78, 0x01, 1); // zlib, one last block, stored
        BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(3), Raw);
        BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(5), unchecked((ushort)~Raw));
        for (int y = 0; y < Side; y++) pixels.Slice(y * Side, Side).CopyTo(data.AsSpan(7 + (y * Row) + 1));
        BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(7 + Raw), Adler(data.AsSpan(7, Raw)));

        using var png = new MemoryStream(data.Length + 64);
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        Chunk(png, "IHDR"u8, header);
        Chunk(png, "IDAT"u8, data);
        Chunk(png, "IEND"u8, []);
        return png.ToArray();
    }

    private static void Chunk(MemoryStream png, ReadOnlySpan<byte> name, ReadOnlySpan<byte> content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        png.Write(number);
        png.Write(name);
        png.Write(content);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Crc(content, Crc(name, uint.MaxValue)));
        png.Write(number);
    }

    private static uint Crc(ReadOnlySpan<byte> bytes, uint crc)
    {
        foreach (byte value in bytes) crc = CrcTable[(byte)(crc ^ value)] ^ (crc >> 8);
        return crc;
    }

    private static uint Adler(ReadOnlySpan<byte> bytes)
    {
        const uint Prime = 65521;
        uint a = 1, b = 0;
        foreach (byte value in bytes) // 3,192 bytes: b stays below 2^32 without reducing on the way
        {
            a += value;
            b += a;
        }
        return (b % Prime << 16) | (a % Prime);
    }
}
