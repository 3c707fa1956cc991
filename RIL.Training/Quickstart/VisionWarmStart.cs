using RIL.Training.Images;
using RIL.Training.Layers;
using RIL.Training.Models;
using RIL.Training.Models.Qwen2_5_Vl;
using RIL.Training.Optimizers;
using RIL.Training.Randomness;
using RIL.Training.Training;
using static TorchSharp.torch;

namespace RIL.Training.Quickstart;

/// <summary>
/// Stands for the trained vision tower that every published vision-language model begins with: tower and merger learn to name what is in
/// the four cells (20 classes, a linear head on the merged features, thrown away afterwards). Without it, fine-tuning takes many times
/// longer.
/// </summary>
internal sealed class VisionWarmStart : IDisposable
{
    private const int Classes = 2 * PictureSet.Classes; // clothing, then digits
    private const int PicturesPerStep = 64, WarmupSteps = 20;
    private const double Peak = 1e-3, FloorRatio = 0.1, LargestNorm = 1;
    private const ulong Stream = 0x766973696F6E; // apart from other users of the same seed

    private readonly ModelReplicas _replicas;
    private readonly ComputePlan _plan;
    private readonly Linear[] _heads;
    private readonly FlatParameters _parameters;
    private readonly AdamW _optimizer;
    private readonly Qwen2VlImageProcessor _processor;
    private readonly ulong _seed;

    public VisionWarmStart(Qwen2_5_VlModel model, ImageProcessorSettings settings, ulong seed, ComputePlan plan)
    {
        _seed = seed ^ Stream;
        _plan = plan;
        _processor = new Qwen2VlImageProcessor(settings);
        _replicas = new ModelReplicas(model, plan.Lanes);
        WeightSet[] sets = [.. _replicas.Models.Select(_ => new WeightSet(ModelPart.Merger))];
        _heads = [.. sets.Select(set => new Linear(set, "cell_head", model.HiddenSize, Classes, bias: true))];
        foreach (Weight weight in sets.SelectMany(s => s.All)) weight.Value = zeros(weight.Shape);
        var headWeights = sets[0].All.Select((_, i) => (IReadOnlyList<Weight>)[.. sets.Select(s => s.All[i])]);
        _parameters = new FlatParameters(_replicas.Weights.Concat(headWeights), w => w.Part != ModelPart.LanguageModel);
        _optimizer = new AdamW(_parameters, new AdamWSettings());
    }

    /// <summary>Takes the steps; <paramref name="report"/> hears step, loss and the share of cells named right.</summary>
    public void Train(int steps, Action<int, double, double>? report = null)
    {
        var rate = new LearningRate(Peak, LearningRateSchedule.Linear, WarmupSteps, steps, FloorRatio);
        for (int step = 0; step < steps; step++)
        {
            var losses = new double[_plan.Lanes];
            var right = new double[_plan.Lanes];
            int number = step;
            _plan.ForEachLane([.. Enumerable.Range(0, _plan.Lanes)],
                (lane, _) => (losses[lane], right[lane]) = Share(lane, number));
            _parameters.SumGradients();
            _parameters.ClipGradients(LargestNorm);
            _optimizer.Step(rate.At(step + 1));
            _parameters.ZeroGradients();
            report?.Invoke(step + 1, losses.Sum(), right.Sum());
        }
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _parameters.Dispose();
        _replicas.Dispose();
    }

    // Forward and backward of every Count-th picture of the step; shares of the step's mean loss and accuracy.
    private (double Loss, double Right) Share(int worker, int step)
    {
        using var scope = NewDisposeScope();
        var images = new List<ImagePatches>();
        var labels = new List<long>();
        for (int i = worker; i < PicturesPerStep; i += _plan.Lanes)
        {
            long index = ((long)step * PicturesPerStep) + i;
            bool shop = i / 2 % 2 == 0; // every second pair, whatever the number of workers
            int[] cells = [.. Enumerable.Range(0, 4)
                .Select(cell => (int)(CounterRandom.Uniform(_seed, 0, index, 0, cell) * PictureSet.Classes))];
            images.Add(_processor.Process(GridPicture.Png(GridPicture.Pixels(shop, cells, PicturePart.Training, _seed, index)),
                "warm-start picture"));
            labels.AddRange(cells.Select(c => (long)(shop ? c : PictureSet.Classes + c)));
        }
        Tensor scores = _heads[worker].Forward(((Qwen2_5_VlModel)_replicas.Models[worker]).ImageFeatures(images)),
            target = tensor(labels.ToArray());
        Tensor loss = nn.functional.cross_entropy(scores, target, reduction: nn.Reduction.Sum).div(tensor((float)(4 * PicturesPerStep)));
        loss.backward();
        Tensor right = scores.detach().argmax(1).eq(target).to(ScalarType.Float32).sum();
        return (System.Runtime.InteropServices.MemoryMarshal.Read<float>(loss.bytes),
            System.Runtime.InteropServices.MemoryMarshal.Read<float>(right.bytes) / (4 * PicturesPerStep));
    }
}
