using RIL.Training.Images;
using RIL.Training.Models;
using RIL.Training.Safetensors;
using RIL.Training.Torch;

namespace RIL.Training.Commands;

/// <summary>
/// A workload as bench_torch.py makes it: a checkpoint in model/, and prompts with one picture each in workload.safetensors.
/// </summary>
internal sealed record BenchWorkload(string Model, IReadOnlyList<EncodedPrompt> Prompts, int Generations, int NewTokens)
{
    public static BenchWorkload Read(string folder)
    {
        using var file = new SafetensorsFile(Path.Combine(folder, "workload.safetensors"));
        long[] shape = Longs(file, "shape"), ids = Longs(file, "input_ids"), grid = Longs(file, "image_grid_thw");
        using TorchSharp.torch.Tensor pixels = file.Read("pixel_values");
        float[] values = Values.Floats(pixels);
        int count = (int)shape[0], length = ids.Length / count, perImage = values.Length / count;
        var prompts = Enumerable.Range(0, count).Select(p => new EncodedPrompt(
            [.. ids.Skip(p * length).Take(length).Select(id => (int)id)],
            [new ImagePatches(values[(p * perImage)..((p + 1) * perImage)], (int)grid[3 * p], (int)grid[3 * p + 1],
                (int)grid[3 * p + 2])]));
        return new BenchWorkload(Path.Combine(folder, "model"), [.. prompts], (int)shape[1], (int)shape[2]);
    }

    private static long[] Longs(SafetensorsFile file, string name) =>
        System.Runtime.InteropServices.MemoryMarshal.Cast<byte, long>(file.Bytes(name)).ToArray();
}
