using System.Buffers.Binary;
using System.IO.Compression;

namespace RIL.Training.Teachers;

/// <summary>
/// A gzip file written in members (RFC 1952) that each say how long they are, as BGZF's do: any reader of gzip reads it, and whoever goes
/// on writing finds the end of the last whole member without unpacking the others.
/// </summary>
internal static class GzipMembers
{
    // Identification, deflate, "there is an extra field"; no time; smallest size, Unix.
    private static ReadOnlySpan<byte> Start => [0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 2, 3];

    // An extra field of 8 bytes: a subfield of the name RL with 4 bytes of data, the member's whole length.
    private static ReadOnlySpan<byte> Extra => [8, 0, (byte)'R', (byte)'L', 4, 0];

    private const int PlainHeader = 10, Header = PlainHeader + 6 + 4;

    /// <summary>One member that holds the bytes.</summary>
    public static byte[] Pack(ReadOnlySpan<byte> plain)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true)) gzip.Write(plain);
        ReadOnlySpan<byte> body = packed.GetBuffer().AsSpan(PlainHeader, (int)packed.Length - PlainHeader);
        byte[] member = new byte[Header + body.Length];
        Start.CopyTo(member);
        Extra.CopyTo(member.AsSpan(PlainHeader));
        BinaryPrimitives.WriteInt32LittleEndian(member.AsSpan(PlainHeader + Extra.Length), member.Length);
        body.CopyTo(member.AsSpan(Header));
        return member;
    }

    /// <summary>
    /// Where the whole members at the file's beginning end; what follows is unfinished or was packed by another program. The last of them
    /// is unpacked to be sure of it.
    /// </summary>
    public static long WholeLength(Stream file)
    {
        long end = 0, last = 0;
        while (MemberLength(file, end) is { } length)
        {
            last = end;
            end += length;
        }
        return end == 0 || Unpacks(file, last, end) ? end : last;
    }

    /// <summary>Whether a member of this writer, whole or not, stands at a place and is the last in the file.</summary>
    public static bool IsUnfinishedMember(Stream file, long start)
    {
        Span<byte> header = stackalloc byte[Header];
        int read = ReadAt(file, start, header);
        ReadOnlySpan<byte> known = [.. Start, .. Extra];
        int compared = Math.Min(read, known.Length);
        return header[..compared].SequenceEqual(known[..compared])
            && (read < Header || start + BinaryPrimitives.ReadInt32LittleEndian(header[(Header - 4)..]) >= file.Length);
    }

    private static long? MemberLength(Stream file, long start)
    {
        Span<byte> header = stackalloc byte[Header];
        if (ReadAt(file, start, header) < Header || !header.StartsWith(Start) || !header[PlainHeader..].StartsWith(Extra)) return null;
        int length = BinaryPrimitives.ReadInt32LittleEndian(header[(Header - 4)..]);
        return length >= Header && start + length <= file.Length ? length : null;
    }

    private static int ReadAt(Stream file, long start, Span<byte> into)
    {
        file.Position = start;
        return file.ReadAtLeast(into, into.Length, throwOnEndOfStream: false);
    }

    private static bool Unpacks(Stream file, long start, long end)
    {
        byte[] member = new byte[end - start];
        file.Position = start;
        file.ReadExactly(member);
        uint expected = BinaryPrimitives.ReadUInt32LittleEndian(member.AsSpan(member.Length - 4));
        try
        {
            using var gzip = new GZipStream(new MemoryStream(member), CompressionMode.Decompress);
            byte[] plain = new byte[1 << 16];
            uint length = 0;
            for (int read = 1; read > 0; length += (uint)read) read = gzip.Read(plain);
            return length == expected;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
