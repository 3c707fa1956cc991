using System.Buffers.Binary;

namespace RIL.Training.Images;

/// <summary>
/// The first picture of a GIF as Pillow converts it to RGB: what is transparent keeps its palette's colour, where libraries that blend
/// give black.
/// </summary>
internal static class GifDecoder
{
    private const int ScreenHeader = 13, FrameHeader = 9, MostCodes = 4096;

    /// <summary>Whether the file says that it is a GIF.</summary>
    public static bool IsGif(ReadOnlySpan<byte> file) => file.StartsWith("GIF87a"u8) || file.StartsWith("GIF89a"u8);

    /// <summary>Decodes the first picture; <paramref name="mostPixels"/> bounds the canvas.</summary>
    public static RgbImage Decode(ReadOnlySpan<byte> file, string name, long mostPixels)
    {
        try
        {
            return Read(file, name, mostPixels);
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or IndexOutOfRangeException)
        {
            throw new InputException($"{name} is cut off; write or fetch the file again.", e);
        }
    }

    private static RgbImage Read(ReadOnlySpan<byte> file, string name, long mostPixels)
    {
        int at = ScreenHeader, transparent = -1;
        ReadOnlySpan<byte> palette = Palette(file, file[10], ref at);
        while (file[at] != ',')
        {
            if (file[at] == ';') throw new InputException($"{name} is a GIF without a picture.");
            if (file[at++] != '!') continue;
            if (file[at] == 0xF9 && (file[at + 2] & 1) != 0) transparent = file[at + 5];
            at++;
            while (file[at] != 0) at += file[at] + 1;
            at++;
        }
        ReadOnlySpan<byte> frame = file.Slice(at + 1, FrameHeader);
        at += FrameHeader + 1;
        int left = Int16(frame, 0), top = Int16(frame, 2), columns = Int16(frame, 4), rows = Int16(frame, 6);
        int width = Math.Max(Int16(file, 6), left + columns), height = Math.Max(Int16(file, 8), top + rows);
        if ((long)width * height > mostPixels)
            throw new InputException($"{name} has {width} × {height} pixels; at most {mostPixels} are accepted: scale it down.");
        if (width == 0 || height == 0) throw new InputException($"{name} has no pixels ({width} × {height}).");
        if ((frame[8] & 0x80) != 0) palette = Palette(file, frame[8], ref at);

        var indices = new byte[width * height];
        if (transparent > 0) indices.AsSpan().Fill((byte)transparent);
        byte[] drawn = Unpack(file[at..], columns * rows, name);
        int[] lines = [.. Lines(rows, interlaced: (frame[8] & 0x40) != 0)];
        for (int y = 0; y < rows; y++)
            drawn.AsSpan(y * columns, columns).CopyTo(indices.AsSpan((top + lines[y]) * width + left));

        var pixels = new byte[indices.Length * RgbImage.Channels];
        for (int i = 0; i < indices.Length; i++)
            for (int c = 0; c < 3; c++)
                pixels[i * RgbImage.Channels + c] = palette.IsEmpty ? indices[i]
                    : indices[i] * 3 + c < palette.Length ? palette[indices[i] * 3 + c] : (byte)0;
        return new RgbImage(pixels, width, height);
    }

    private static ReadOnlySpan<byte> Palette(ReadOnlySpan<byte> file, byte flags, ref int at)
    {
        if ((flags & 0x80) == 0) return [];
        ReadOnlySpan<byte> palette = file.Slice(at, 3 << ((flags & 7) + 1));
        at += palette.Length;
        return palette;
    }

    // In the order in which they stand in the file.
    private static IEnumerable<int> Lines(int rows, bool interlaced)
    {
        if (!interlaced) return Enumerable.Range(0, rows);
        return from pass in new[] { (First: 0, Step: 8), (First: 4, Step: 8), (First: 2, Step: 4), (First: 1, Step: 2) }
            from line in Enumerable.Range(0, rows)
            where line >= pass.First && (line - pass.First) % pass.Step == 0
            select line;
    }

    /// <summary>LZW with codes that grow from the least size to 12 bits, in blocks of at most 255 bytes.</summary>
    private static byte[] Unpack(ReadOnlySpan<byte> data, int count, string name)
    {
        int least = data[0], clear = 1 << least, end = clear + 1;
        if (least is < 1 or > 11) throw Damaged(name);
        var prefix = new int[MostCodes];
        var suffix = new byte[MostCodes];
        var word = new byte[MostCodes];
        var pixels = new byte[count];
        int at = 1, block = 0, bits = 0, held = 0, size = least + 1, next = end + 1, before = -1, done = 0;
        byte first = 0;
        while (done < count)
        {
            while (held < size)
            {
                if (block == 0 && (block = data[at++]) == 0) throw new InputException($"{name} is cut off; write or fetch it again.");
                bits |= data[at++] << held;
                held += 8;
                block--;
            }
            int code = bits & ((1 << size) - 1);
            bits >>= size;
            held -= size;
            if (code == clear)
            {
                (size, next, before) = (least + 1, end + 1, -1);
                continue;
            }
            if (code == end) throw new InputException($"{name} is cut off; write or fetch it again.");
            if (code > next || (code == next && before < 0)) throw Damaged(name);
            int length = 0, walked = code;
            if (code == next)
            {
                word[length++] = first;
                walked = before;
            }
            for (; walked > end; walked = prefix[walked]) word[length++] = suffix[walked];
            if (walked >= clear) throw Damaged(name);
            word[length++] = first = (byte)walked;
            while (length > 0 && done < count) pixels[done++] = word[--length];
            if (before >= 0 && next < MostCodes)
            {
                (prefix[next], suffix[next]) = (before, first);
                if (++next == 1 << size && size < 12) size++;
            }
            before = code;
        }
        return pixels;
    }

    private static InputException Damaged(string name) => new($"{name} cannot be decoded; the file is damaged.");

    private static int Int16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);
}
