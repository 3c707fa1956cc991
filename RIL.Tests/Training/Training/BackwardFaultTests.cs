using System.Text.Json.Nodes;
using RIL.Training.Commands;
using RIL.Training.Configuration;
using RIL.Training.Layers;
using RIL.Training.Models;
using RIL.Training.Optimizers;
using RIL.Training.Runs;
using RIL.Training.Torch;
using RIL.Training.Training;
using static TorchSharp.torch;

namespace RIL.Tests.Training.Training;

/// <summary>What goes wrong on the way back comes out as an exception; it used to end the process.</summary>
public sealed class BackwardFaultTests
{
    private static Tensor Throw() => throw new InvalidOperationException("the way back is closed");

    private static Tensor AskForAPetabyte() => empty(1L << 48);

    [Theory]
    [InlineData(false, 1, "InvalidOperationException: the way back is closed")]
    [InlineData(true, 2, "Memory ran out while a model was computed")]
    public void AWholeRun_EndsWithASentenceAndAFailedEvent(bool memory, int code, string sentence)
    {
        using var runs = new TinyRun();
        using var family = new FaultyModel.Family(memory ? AskForAPetabyte : Throw);
        string config = Path.Combine(runs.Student, "config.json"), file = runs.Folder("faulty.yaml");
        JsonObject document = FaultyModel.Family.Rename((JsonObject)JsonNode.Parse(File.ReadAllText(config))!, FaultyModel.Family.Name);
        File.WriteAllText(config, document.ToJsonString());
        File.WriteAllText(file, RunConfigDocument.WriteYaml(runs.Config("faulty") with { OutputDir = null }, onlyChanged: true));
        using StringWriter output = new(), errors = new();
        Assert.Equal(code, CommandLine.Run(["train", "--config", file, "--output", runs.Folder("faulty")], output, errors));
        Assert.Contains(sentence[(sentence.IndexOf(':') + 1)..].Trim(), errors.ToString(), StringComparison.Ordinal);
        FailedEvent failed = Assert.IsType<FailedEvent>(RunEvents.Read(new RunFolder(runs.Folder("faulty")).Events).Last());
        Assert.StartsWith(sentence, failed.Message, StringComparison.Ordinal);
    }

    [Theory, InlineData(1), InlineData(2)]
    public void AFaultyPass_LeavesNoGradientsBehind(int lanes)
    {
        using var weight = new Weight("w", [2], WeightKind.Matrix, ModelPart.Head) { Value = tensor([1f, 2f]) };
        using VisionLanguageModel model = ModelCatalog.Load(Fixtures.Path("qwen2_5_vl"), CPU);
        ComputePlan plan = ComputePlan.Choose(new ComputeSettings(DeviceChoice.Cpu), new Machine(lanes, false));
        using var trained = new TrainedModel(model, plan, Trainable.AllBut(), new AdamWSettings(), 0, weight);
        int[] items = [0, 1, 2, 3];
        Assert.Equal("the way back is closed", Assert.Throws<InvalidOperationException>(() => trained.Accumulate(items,
            (lane, _, item) => (item == 2 ? Recomputed.Run(x => is_grad_enabled() ? Throw() : x.neg(), lane.Heads[0].Value)
                : lane.Heads[0].Value).sum())).Message);
        Assert.Equal(0, trained.Update(0.1));
        Assert.Equal([10, 10, 10, 10], trained.Accumulate(items, (lane, _, _) => lane.Heads[0].Value.mul(lane.Heads[0].Value)
            .sum().mul(Scalars.Of(2))));
        Assert.Equal(Math.Sqrt((16 * 16) + (32 * 32)), trained.Update(0), 4);
    }

    [Fact]
    public void NativeFaults_ComeOutToo()
    {
        using var scope = NewDisposeScope();
        using var pass = BackwardPass.Begin();
        Tensor x = ones(2).requires_grad_(true);
        Tensor y = Recomputed.Run(input => is_grad_enabled() ? input.reshape(7) : input.neg(), x);
        Assert.Contains("shape", Assert.ThrowsAny<Exception>(() => pass.Run(y.sum())).Message, StringComparison.Ordinal);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void RecomputedBehindFrozenEmbeddings_TheLayersGetTheirGradients(bool frozen)
    {
        float[][] kept = Gradients(false), recomputed = Gradients(true);
        Assert.True(kept.Length > 20);
        Assert.All(kept.Zip(recomputed), g =>
        {
            Assert.Contains(g.First, v => v != 0);
            Assert.InRange(Models.GoldenCases.LargestDifference(g.First, g.Second), 0, 1e-5);
        });

        float[][] Gradients(bool recomputes)
        {
            using VisionLanguageModel model = ModelCatalog.Load(Fixtures.Path("qwen2_5_vl"), CPU);
            model.RecomputesLayers = recomputes;
            using var scope = NewDisposeScope();
            Weight[] learning = [.. model.Weights.Where(w => w.Part == ModelPart.LanguageModel
                && !(frozen && w.Name.Contains("embed_tokens", StringComparison.Ordinal)))];
            foreach (Weight weight in learning) weight.Value.requires_grad_(true);
            var batch = new PackedBatch([new PromptWithCompletions(new EncodedPrompt([7, 8, 9], []), [[11, 12], [13]])]);
            using var pass = BackwardPass.Begin();
            pass.Run(TokenLogProbs.Of(model, model.Hidden(batch), batch).sum());
            return [.. learning.Where(w => w.Name.Contains("layers", StringComparison.Ordinal) && w.Kind == WeightKind.Matrix)
                .Select(w => Models.GoldenCases.Floats(w.Value.grad!))];
        }
    }
}
