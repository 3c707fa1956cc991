using RIL.Training.Images;
using RIL.Training.Layers;
using RIL.Training.Models.Qwen2_5_Vl;
using RIL.Training.Optimizers;
using RIL.Training.Randomness;
using RIL.Training.Torch;
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

    private readonly ComputePlan _plan;
    private readonly TrainedModel _model;
    private readonly IReadOnlyList<Weight> _head; // [Classes, D] and [Classes]
    private readonly Qwen2VlImageProcessor _processor;
    private readonly ulong _seed;

    public VisionWarmStart(Qwen2_5_VlModel model, ImageProcessorSettings settings, ulong seed, ComputePlan plan)
    {
        _seed = seed ^ Stream;
        _plan = plan;
        _processor = new Qwen2VlImageProcessor(settings);
        var head = new WeightSet(ModelPart.Head);
        _head = [head.Matrix("cell_head.weight", Classes, model.HiddenSize), head.Bias("cell_head.bias", Classes)];
        foreach (Weight weight in _head) weight.Value = zeros(weight.Shape);
        _model = new TrainedModel(model, plan, Trainable.AllBut(ModelPart.LanguageModel, ModelPart.Head), new AdamWSettings(),
            LargestNorm, _head);
    }

    /// <summary>Takes the steps; <paramref name="report"/> hears step, loss and the share of cells named right.</summary>
    public void Train(int steps, Action<int, double, double>? report = null)
    {
        var rate = new LearningRate(Peak, LearningRateSchedule.Linear, WarmupSteps, steps, FloorRatio);
        for (int step = 0; step < steps; step++)
        {
            var right = new double[_plan.Lanes];
            int number = step;
            double[] losses = _model.Accumulate([.. Enumerable.Range(0, _plan.Lanes)], (lane, _, share) =>
            {
                (Tensor loss, right[share]) = Share(lane, share, number);
                return loss;
            });
            _model.Update(rate.At(step + 1));
            report?.Invoke(step + 1, losses.Sum(), right.Sum());
        }
    }

    public void Dispose()
    {
        _model.Dispose();
        foreach (Weight weight in _head) weight.Dispose();
    }

    // Every so many-th picture of the step; shares of the step's mean loss and accuracy.
    private (Tensor Loss, double Right) Share(Lane lane, int share, int step)
    {
        var images = new List<ImagePatches>();
        var labels = new List<long>();
        for (int i = share; i < PicturesPerStep; i += _plan.Lanes)
        {
            long index = ((long)step * PicturesPerStep) + i;
            bool shop = i / 2 % 2 == 0; // every second pair, whatever the number of workers
            int[] cells = [.. Enumerable.Range(0, 4)
                .Select(cell => (int)(CounterRandom.Uniform(_seed, 0, index, 0, cell) * PictureSet.Classes))];
            images.Add(_processor.Process(GridPicture.Png(GridPicture.Pixels(shop, cells, PicturePart.Training, _seed, index)),
                "warm-start picture"));
            labels.AddRange(cells.Select(c => (long)(shop ? c : PictureSet.Classes + c)));
        }
        Tensor features = ((Qwen2_5_VlModel)lane.Model).ImageFeatures(images);
        Tensor scores = nn.functional.linear(features, lane.Heads[0].Value, lane.Heads[1].Value), target = tensor(labels.ToArray());
        Tensor loss = nn.functional.cross_entropy(scores, target, reduction: nn.Reduction.Sum).div(tensor((float)(4 * PicturesPerStep)));
        Tensor right = scores.detach().argmax(1).eq(target).to(ScalarType.Float32).sum();
        return (loss, Values.Float(right) / (4 * PicturesPerStep));
    }
}
