using System.Text.Json.Nodes;
using RIL.Training.Commands;
using RIL.Training.Safetensors;
using static TorchSharp.torch;

namespace RIL.Tests.Training.Commands;

public class BenchCommandTests
{
    [Fact]
    public void Bench_TimesAWorkload_AndPrintsOneLineWithTheFieldsOfItsRivals()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        Directory.CreateDirectory(Path.Combine(folder.Path, "model"));
        foreach (string file in (string[])["config.json", "model.safetensors"])
            File.Copy(Fixtures.Path("qwen2_5_vl", file), Path.Combine(folder.Path, "model", file));
        JsonNode vision = JsonNode.Parse(File.ReadAllText(Fixtures.Path("qwen2_5_vl", "config.json")))!["vision_config"]!;
        int patch = vision["patch_size"]!.GetValue<int>();
        long[] ids = [10, 11, 502, 500, 500, 500, 500, 503, 12, 13];
        SafetensorsWriter.Write(Path.Combine(folder.Path, "workload.safetensors"),
        [
            ("input_ids", tensor(ids.Concat(ids).ToArray()).reshape(2, -1)), ("pixel_values", randn(2 * 16, 3 * 2 * patch * patch)),
            ("image_grid_thw", tensor(new long[] { 1, 4, 4, 1, 4, 4 }).reshape(2, 3)), ("shape", tensor(new long[] { 2, 3, 4 })),
        ]);
        using StringWriter output = new(), errors = new();

        int code = CommandLine.Run(["bench", "--workload", folder.Path, "--steps", "1"], output, errors);

        Assert.Equal((0, ""), (code, errors.ToString()));
        JsonObject line = JsonNode.Parse(output.ToString())!.AsObject();
        Assert.Equal(["engine", "parameters", "prompts", "generations", "new_tokens", "threads", "sample_s", "score_s", "update_s",
            "step_s", "sample_tokens_per_s", "step_tokens_per_s", "peak_rss_mb"], line.Select(p => p.Key));
        Assert.Equal((2, 3, 4), (line["prompts"]!.GetValue<int>(), line["generations"]!.GetValue<int>(),
            line["new_tokens"]!.GetValue<int>()));
        Assert.True(line["step_s"]!.GetValue<double>() >= line["sample_s"]!.GetValue<double>());
    }
}
