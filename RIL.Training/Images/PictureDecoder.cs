using System.Runtime.InteropServices;
using SkiaSharp;

namespace RIL.Training.Images;

/// <summary>
/// Decodes PNG, JPEG, WebP, GIF and BMP to RGB as Pillow's <c>open(…).convert("RGB")</c> does: alpha is dropped (not blended), colour
/// profiles are not applied. The camera's orientation is honoured, as <c>transformers.image_utils.load_image</c> and
/// <c>datasets.Image</c> do.
/// </summary>
internal static class PictureDecoder
{
    private const long MostPixels = 178_956_970; // where Pillow speaks of a decompression bomb

    /// <param name="encoded">The file's bytes.</param>
    /// <param name="name">How messages call the picture.</param>
    /// <param name="upright">Whether the orientation tag is honoured.</param>
    public static RgbImage Decode(byte[] encoded, string name, bool upright = true)
    {
        if (encoded.Length == 0) throw new InputException($"{name} is empty; expected a PNG, JPEG, WebP, GIF or BMP picture.");
        if (PngChunks.BitDepth(encoded) == 16)
            throw new InputException($"{name} is a PNG with 16 bits a channel; expected 8 (Pillow's conversion of such pictures depends "
                + $"on its version): save it with 8 bits.");
        if (GifDecoder.IsGif(encoded)) return GifDecoder.Decode(encoded, name, MostPixels);
        using SKData data = SKData.CreateCopy(encoded);
        using SKCodec? codec = SKCodec.Create(data);
        if (codec is null) throw new InputException(
            $"{name} is not a picture this program can read ({encoded.Length} bytes); expected PNG, JPEG, WebP, GIF or BMP.");
        int width = codec.Info.Width, height = codec.Info.Height;
        if ((long)width * height > MostPixels)
            throw new InputException($"{name} has {width} × {height} pixels; at most {MostPixels} are accepted: scale it down.");

        var pixels = new byte[checked(width * height * RgbImage.Channels)];
        // Without a colour space nothing is converted; unpremultiplied keeps the colour below transparency.
        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul, null);
        SKCodecResult result;
        GCHandle pin = GCHandle.Alloc(pixels, GCHandleType.Pinned);
        try
        {
            result = codec.GetPixels(info, pin.AddrOfPinnedObject());
        }
        finally
        {
            pin.Free();
        }
        if (result == SKCodecResult.IncompleteInput) throw new InputException($"{name} is cut off; write or fetch the file again.");
        if (result != SKCodecResult.Success) throw new InputException($"{name} cannot be decoded ({result}); the file is damaged.");
        var image = new RgbImage(pixels, width, height);
        return upright ? Upright(image, PictureOrientation.Find(encoded)) : image;
    }

    /// <summary>Turns and mirrors by the EXIF orientation 1 to 8.</summary>
    private static RgbImage Upright(RgbImage image, int orientation)
    {
        if (orientation is <= 1 or > 8) return image;
        bool swapped = orientation >= 5;
        int width = swapped ? image.Height : image.Width, height = swapped ? image.Width : image.Height;
        // Where the first pixel of the result comes from, and what a step right and a step down in it are in the source.
        bool fromRight = orientation is 2 or 3 or 7 or 8, fromBottom = orientation is 3 or 4 or 6 or 7;
        int right = fromRight ? -1 : 1, down = fromBottom ? -image.Width : image.Width;
        int origin = (fromRight ? image.Width - 1 : 0) + (fromBottom ? (image.Height - 1) * image.Width : 0);
        (int stepX, int stepY) = swapped ? (down, right) : (right, down);
        var pixels = new byte[image.Pixels.Length];
        Span<uint> target = MemoryMarshal.Cast<byte, uint>(pixels.AsSpan());
        ReadOnlySpan<uint> source = MemoryMarshal.Cast<byte, uint>(image.Pixels.AsSpan());
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
                target[y * width + x] = source[origin + x * stepX + y * stepY];
        return new RgbImage(pixels, width, height);
    }
}
