namespace RIL.Web.Runs.Completions;

/// <summary>What a picture is, by its first bytes; whatever is no picture is given out as bytes, which no browser runs.</summary>
public static class PictureType
{
    /// <summary>Its media type.</summary>
    public static string Of(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G']) ? "image/png"
        : bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? "image/jpeg"
        : bytes.StartsWith("GIF8"u8) ? "image/gif"
        : bytes.StartsWith("BM"u8) ? "image/bmp"
        : bytes.Length > 12 && bytes.StartsWith("RIFF"u8) && bytes[8..].StartsWith("WEBP"u8) ? "image/webp"
        : "application/octet-stream";
}
