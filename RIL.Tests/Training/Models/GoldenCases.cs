using System.Runtime.InteropServices;
using RIL.Training.Images;
using RIL.Training.Models;
using RIL.Training.Safetensors;
using static TorchSharp.torch;

namespace RIL.Tests.Training.Models;

/// <summary>Rows of a golden case without their padding, and which column of the padded tensors each token stands in.</summary>
internal sealed record GoldenPrompts(IReadOnlyList<EncodedPrompt> Rows, int[][] Columns, int Width);

/// <summary>A file of golden cases.</summary>
internal sealed class GoldenCases(string path) : IDisposable
{
    private const int ImageToken = 500;
    private readonly SafetensorsFile _file = new(path);

    public IEnumerable<string> Names => _file.Entries.Keys;

    public bool Has(string name) => _file.Entries.ContainsKey(name);

    public long[] Shape(string name) => _file.Entries[name].Shape;

    public float[] Floats(string name) => MemoryMarshal.Cast<byte, float>(_file.Bytes(name)).ToArray();

    public long[] Longs(string name) => MemoryMarshal.Cast<byte, long>(_file.Bytes(name)).ToArray();

    public static float[] Floats(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.detach().contiguous().bytes).ToArray();

    public static double LargestDifference(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        return expected.Zip(actual, (e, a) => Math.Abs((double)e - a)).Append(0).Max();
    }

    public void Dispose() => _file.Dispose();

    public IReadOnlyList<ImagePatches> Images(string name)
    {
        if (!Has(name + "/pixel_values")) return [];
        float[] pixels = Floats(name + "/pixel_values");
        long[] grids = Longs(name + "/image_grid_thw");
        int values = (int)Shape(name + "/pixel_values")[1], at = 0;
        var images = new List<ImagePatches>();
        for (int i = 0; i < grids.Length; i += 3)
        {
            int patches = (int)(grids[i] * grids[i + 1] * grids[i + 2]);
            images.Add(new ImagePatches(pixels[(at * values)..((at + patches) * values)], (int)grids[i], (int)grids[i + 1],
                (int)grids[i + 2]));
            at += patches;
        }
        return images;
    }

    public GoldenPrompts Prompts(string name)
    {
        long[] ids = Longs(name + "/input_ids"), mask = Longs(name + "/attention_mask"), shape = Shape(name + "/input_ids");
        int width = (int)shape[1];
        var images = new Queue<ImagePatches>(Images(name));
        var rows = new List<EncodedPrompt>();
        var columns = new List<int[]>();
        for (int row = 0; row < shape[0]; row++)
        {
            int[] real = [.. Enumerable.Range(0, width).Where(c => mask[(row * width) + c] == 1)];
            int[] tokens = [.. real.Select(c => (int)ids[(row * width) + c])];
            int pictures = tokens.Where((id, i) => id == ImageToken && (i == 0 || tokens[i - 1] != ImageToken)).Count();
            rows.Add(new EncodedPrompt(tokens, [.. Enumerable.Range(0, pictures).Select(_ => images.Dequeue())]));
            columns.Add(real);
        }
        return new GoldenPrompts(rows, [.. columns], width);
    }

    /// <summary>The case's rows as prompts with one completion each: what its labels count. Also the number of counted tokens.</summary>
    public (PackedBatch Batch, int Tokens) TrainingBatch(string name)
    {
        GoldenPrompts prompts = Prompts(name);
        long[] labels = Longs(name + "/labels");
        var groups = new List<PromptWithCompletions>();
        for (int row = 0; row < prompts.Rows.Count; row++)
        {
            int[] tokens = prompts.Rows[row].TokenIds;
            int first = Array.FindIndex(prompts.Columns[row], c => labels[(row * prompts.Width) + c] != -100);
            groups.Add(new PromptWithCompletions(prompts.Rows[row] with { TokenIds = tokens[..first] }, [tokens[first..]]));
        }
        return (new PackedBatch(groups), groups.Sum(g => g.Completions[0].Length));
    }
}
