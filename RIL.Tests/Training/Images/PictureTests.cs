using System.Security.Cryptography;
using System.Text.Json.Nodes;
using RIL.Training;
using RIL.Training.Images;
using SkiaSharp;

namespace RIL.Tests.Training.Images;

public sealed class PictureTests
{
    private static readonly Qwen2VlImageProcessor Processor = new(new ImageProcessorSettings());

    // The digests are those of Pillow 12.3's resize(…, BICUBIC) of the same pattern.
    [Theory]
    [InlineData(31, 17, 31, 40, "5f50bdf3627a36f4")]
    [InlineData(31, 17, 84, 17, "7de389be91d5f5ac")]
    [InlineData(200, 150, 56, 28, "269d106acae7d7c8")]
    [InlineData(50, 70, 112, 140, "16dacc6c5af4009c")]
    [InlineData(97, 61, 84, 56, "63832d5158326931")]
    [InlineData(640, 3, 28, 28, "3ba7a590d9223d4e")]
    public void Resize_GivesPillowsBytes(int width, int height, int newWidth, int newHeight, string digest)
    {
        var pixels = new byte[width * height * 4];
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
                (pixels[(y * width + x) * 4], pixels[(y * width + x) * 4 + 1], pixels[(y * width + x) * 4 + 2]) =
                    ((byte)(x * x * 3 + y * 7), (byte)(x * 5 + y * y), (byte)((x * y) ^ (x + 3 * y)));
        RgbImage resized = BicubicResize.Resize(new RgbImage(pixels, width, height), newWidth, newHeight);
        byte[] rgb = [.. resized.Pixels.Where((_, i) => i % 4 != 3)];
        Assert.Equal(digest, Convert.ToHexStringLower(SHA256.HashData(rgb))[..16]);
    }

    // Sizes by transformers' smart_resize; the first rounds 1.5 and 2.5 to even.
    [Theory]
    [InlineData(42, 70, 3136, 1000000, 56, 56)]
    [InlineData(14, 14, 3136, 1000000, 56, 56)]
    [InlineData(700, 1000, 3136, 1003520, 700, 1008)]
    [InlineData(13, 300, 3136, 1003520, 28, 280)]
    [InlineData(3000, 4000, 3136, 1003520, 840, 1148)]
    [InlineData(98, 126, 784, 1000000, 112, 112)]
    [InlineData(1, 199, 3136, 50176, 28, 812)]
    [InlineData(2000, 20, 3136, 50176, 2240, 28)]
    [InlineData(56, 56, 3136, 3136, 56, 56)]
    public void SmartResize_GivesTheReferencesSizes(int height, int width, int least, int most, int newHeight, int newWidth)
    {
        var processor = new Qwen2VlImageProcessor(new ImageProcessorSettings { MinPixels = least, MaxPixels = most });
        Assert.Equal((newHeight, newWidth), processor.SmartResize(height, width, "picture"));
    }

    [Fact]
    public void Alpha_IsDroppedAndNotBlended()
    {
        byte[] encoded = Encode(8, 8, (_, _) => new SKColor(200, 100, 50, 0), SKEncodedImageFormat.Png);
        Assert.Equal([200, 100, 50], PictureDecoder.Decode(encoded, "p").Pixels[..3]);
    }

    // Corners of the upright picture, from top left to bottom right; as stored they are red, green, blue, white.
    [Theory]
    [InlineData(1, "RGBW")]
    [InlineData(2, "GRWB")]
    [InlineData(3, "WBGR")]
    [InlineData(4, "BWRG")]
    [InlineData(5, "RBGW")]
    [InlineData(6, "BRWG")]
    [InlineData(7, "WGBR")]
    [InlineData(8, "GWRB")]
    public void OrientationTag_TurnsThePicture(byte orientation, string corners)
    {
        byte[] jpeg = Encode(32, 16, (x, y) => (x < 16, y < 8) switch
        {
            (true, true) => SKColors.Red, (false, true) => SKColors.Lime, (true, false) => SKColors.Blue, _ => SKColors.White,
        }, SKEncodedImageFormat.Jpeg);
        byte[] exif = [0xFF, 0xE1, 0, 34, .. "Exif\0\0MM\0*\0\0\0\u0008"u8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0,
            orientation, 0, 0, 0, 0, 0, 0];
        byte[] tagged = [.. jpeg[..2], .. exif, .. jpeg[2..]];

        RgbImage image = PictureDecoder.Decode(tagged, "p");
        Assert.Equal(orientation >= 5 ? (16, 32) : (32, 16), (image.Width, image.Height));
        Assert.Equal(corners, string.Concat(new[] { (0, 0), (1, 0), (0, 1), (1, 1) }
            .Select(c => Colour(image, c.Item1 * (image.Width - 1), c.Item2 * (image.Height - 1)))));
        Assert.Equal("R", Colour(PictureDecoder.Decode(tagged, "p", upright: false), 0, 0));
    }

    /// <summary>Made, and read, by Pillow (pictures/make.py).</summary>
    public static IEnumerable<TheoryDataRow<string>> PillowsPictures() =>
        Expected().Select(e => new TheoryDataRow<string>(e.Key));

    [Theory]
    [MemberData(nameof(PillowsPictures))]
    public void TransparencyAndOrientation_AreAsInPillow(string file)
    {
        JsonNode expected = Expected()[file]!;
        RgbImage image = PictureDecoder.Decode(File.ReadAllBytes(Fixtures.Beside("pictures/" + file)), file);
        Assert.Equal(((int)expected["width"]!, (int)expected["height"]!), (image.Width, image.Height));
        byte[] rgb = [.. image.Pixels.Where((_, i) => i % 4 != 3)];
        Assert.Equal((string)expected["sha256"]!, Convert.ToHexStringLower(SHA256.HashData(rgb)));
    }

    [Fact]
    public void AnyDamage_IsASentenceAndNoFault()
    {
        var random = new Random(2);
        foreach (string file in Expected().Select(e => e.Key))
        {
            byte[] good = File.ReadAllBytes(Fixtures.Beside("pictures/" + file));
            for (int i = 0; i < 40; i++)
            {
                byte[] bad = i < 10 ? good[..(good.Length * i / 10)] : [.. good];
                for (int flips = i < 10 ? 0 : i / 4; flips > 0; flips--) bad[random.Next(bad.Length)] ^= (byte)(1 << random.Next(8));
                try
                {
                    PictureDecoder.Decode(bad, file);
                }
                catch (InputException e)
                {
                    Assert.Contains(file, e.Message);
                }
            }
        }
    }

    private static JsonObject Expected() =>
        JsonNode.Parse(File.ReadAllText(Fixtures.Beside("pictures/expected.json")))!.AsObject();

    [Fact]
    public void DamagedPictures_AreRefusedByName()
    {
        byte[] good = Encode(64, 64, (x, y) => new SKColor((byte)(x * y), (byte)x, (byte)y), SKEncodedImageFormat.Png);
        byte[] sixteen = [.. good];
        sixteen[24] = 16;
        foreach (byte[] bad in new[] { [], "not a picture"u8.ToArray(), good[..(good.Length / 2)], good[..20], sixteen })
            Assert.StartsWith("row 7, picture 'cat.png' ",
                Assert.Throws<InputException>(() => Processor.Process(bad, "row 7, picture 'cat.png'")).Message);
        byte[] strip = Encode(2010, 10, (_, _) => SKColors.Red, SKEncodedImageFormat.Png);
        Assert.Contains("201 times as long", Assert.Throws<InputException>(() => Processor.Process(strip, "p")).Message);
    }

    [Theory]
    [InlineData("""{"min_pixels": 784, "max_pixels": 5000}""", 784, 5000)]
    [InlineData("""{"size": {"shortest_edge": 784, "longest_edge": 5000}, "resample": 3}""", 784, 5000)]
    [InlineData("""{"size": {"min_pixels": 784, "max_pixels": 5000}}""", 784, 5000)]
    [InlineData("{}", 3136, 1003520)]
    public void Settings_AreReadInEveryLayoutAndWrittenBack(string json, int least, int most)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("preprocessor_config.json"), json);
        ImageProcessorSettings settings = ImageProcessorSettings.Read(folder.Path);
        Assert.Equal((least, most), (settings.MinPixels, settings.MaxPixels));
        settings.Write(folder.Path);
        Assert.Equal(settings with { Mean = [], StandardDeviation = [], Absent = [] }, ImageProcessorSettings.Read(folder.Path)
            with { Mean = [], StandardDeviation = [], Absent = [] });
    }

    [Theory]
    [InlineData("""{"min_pixels": 10, "max_pixels": 5}""", "min_pixels")]
    [InlineData("""{"do_resize": false}""", "do_resize")]
    [InlineData("""{"resample": 2}""", "resample")]
    [InlineData("""{"image_std": [1, 0, 1]}""", "image_std")]
    [InlineData("""{"patch_size": "x"}""", "preprocessor_config.json")]
    [InlineData("[", "preprocessor_config.json")]
    public void SettingsThatCannotBeMet_AreRefused(string json, string named)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("preprocessor_config.json"), json);
        Assert.Contains(named, Assert.Throws<InputException>(() => ImageProcessorSettings.Read(folder.Path)).Message);
    }

    internal static byte[] Encode(int width, int height, Func<int, int, SKColor> colour, SKEncodedImageFormat format)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
                bitmap.SetPixel(x, y, colour(x, y));
        using SKData data = bitmap.Encode(format, 95);
        return data.ToArray();
    }

    private static string Colour(RgbImage image, int x, int y)
    {
        byte[] p = image.Pixels[((y * image.Width + x) * 4)..];
        return (p[0] > 128, p[1] > 128, p[2] > 128) switch { (true, true, true) => "W", (true, false, false) => "R",
            (false, true, false) => "G", (false, false, true) => "B", _ => "?" };
    }
}
