using System.Runtime.InteropServices;
using System.Text.Json;
using RIL.Training.Images;
using RIL.Training.Safetensors;

namespace RIL.Tests.Training.Images;

public sealed class GoldenImageProcessorTests
{
    private const double Tolerance = 0.01; // normalised units; one grey level is about 0.015

    [Fact]
    public void Process_GivesThePatchesOfHuggingFace()
    {
        using var golden = new SafetensorsFile(Fixtures.Path("images", "cases.safetensors"));
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(Fixtures.Path("images", "cases.json")));
        int cases = 0;
        foreach (JsonElement settings in json.RootElement.EnumerateArray()
            .Where(c => c.GetProperty("processor").GetString() == "Qwen2VLImageProcessor"))
        {
            string name = settings.GetProperty("case").GetString()!, file = settings.GetProperty("file").GetString()!;
            var processor = new Qwen2VlImageProcessor(new ImageProcessorSettings
            {
                MinPixels = settings.GetProperty("min_pixels").GetInt32(),
                MaxPixels = settings.GetProperty("max_pixels").GetInt32(),
            });
            // The reference opened the files with Pillow alone, which leaves the orientation tag aside.
            RgbImage picture = PictureDecoder.Decode(File.ReadAllBytes(Fixtures.Path("images", file)), file, upright: false);
            ImagePatches patches = processor.Process(picture, file);

            Assert.Equal(MemoryMarshal.Cast<byte, long>(golden.Bytes($"{name}/image_grid_thw")).ToArray(),
                new long[] { patches.GridT, patches.GridH, patches.GridW });
            Half[] expected = MemoryMarshal.Cast<byte, Half>(golden.Bytes($"{name}/pixel_values")).ToArray();
            Assert.Equal(expected.Length, patches.Values.Length);
            double difference = expected.Zip(patches.Values, (e, v) => Math.Abs((float)e - v)).Average();
            Assert.True(difference < Tolerance, $"{name}: mean absolute difference {difference}");
            cases++;
        }
        Assert.True(cases > 0, "no case");
    }
}
