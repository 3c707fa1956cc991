namespace RIL.Web.Api;

/// <summary>The media type of a picture by its first bytes, never by its name; whatever is no picture is given out as bytes, which no browser runs.</summary>
internal static class PictureType
{
    private const string Bytes = "application/octet-stream";

    /// <summary>Every type but the first, for the OpenAPI document.</summary>
    public static string[] Others { get; } = ["image/jpeg", "image/gif", "image/bmp", "image/webp", Bytes];

    public static string Of(ReadOnlySpan<byte> bytes) =>
        bytes is [0x89, (byte)'P', (byte)'N', (byte)'G', ..] ? "image/png"
        : bytes is [0xFF, 0xD8, 0xFF, ..] ? "image/jpeg"
        : bytes.StartsWith("GIF8"u8) ? "image/gif"
        : bytes.StartsWith("BM"u8) ? "image/bmp"
        : bytes.Length > 12 && bytes.StartsWith("RIFF"u8) && bytes[8..].StartsWith("WEBP"u8) ? "image/webp"
        : Bytes;
}
