using RIL.Training.Configuration;
using RIL.Training.Layers;
using RIL.Training.Optimizers;
using RIL.Training.Runs;
using static TorchSharp.torch;

namespace RIL.Tests.Training.Runs;

public sealed class GradientHistogramTests : IDisposable
{
    private readonly TinyRun _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void SizesAreCountedByDecade_ZerosApart_AndNothingIsLost()
    {
        var histogram = new GradientHistogram();
        using Tensor gradient = tensor(new float[] { 0, 0, 0.011f, -0.012f, 1.5f, 1e-30f, -1e20f, float.NaN }).reshape(2, 4);
        histogram.Add(ModelPart.Merger, gradient);
        histogram.Add(ModelPart.Merger, gradient);

        (IReadOnlyList<double> edges, IReadOnlyList<long> counts, long zeros) = histogram.Shown(ModelPart.Merger);
        Assert.Equal(6, zeros); // what is no number changes nothing either
        Assert.Equal([(-12, 2), (-2, 4), (0, 2), (3.75, 2)], counts.Select((n, i) => (edges[i], n)).Where(b => b.n > 0));
        Assert.Equal((counts.Count + 1, -12, 4), (edges.Count, edges[0], edges[^1]));
    }

    [Fact]
    public void ARunCountsItsGradients_ByPart_EverySoManySteps_AndResumesToTheSame()
    {
        RunConfig config = _runs.Config("whole") with { GradientHistogramSteps = 2 };
        TinyRun.Execute(config);
        HistogramEvent[] shown = [.. RunEvents.Read(new RunFolder(config.OutputDir!).Events).OfType<HistogramEvent>()];

        Assert.Equal(["sft 2", "sft 4", "ril 2", "ril 4"],
            shown.Select(h => $"{h.Stage} {(h.Stage == "sft" ? h.Step : h.Step - 10)}").Distinct());
        Assert.Equal(["gradients/language_model", "gradients/merger"],
            shown.Where(h => h.Stage == "ril").Select(h => h.Name).Distinct().Order(StringComparer.Ordinal));
        Assert.All(shown, h => Assert.Equal(h.Counts.Count + 1, h.Edges.Count));
        // Every weight of the part is counted, each time the same number.
        Assert.All(shown.GroupBy(h => h.Name + h.Stage), part => Assert.Single(part.Select(h => h.Counts.Sum() + h.Zeros).Distinct()));
        Assert.Contains(shown, h => h.Counts.Sum() > h.Zeros);

        RunConfig broken = config with { OutputDir = _runs.Folder("broken") };
        Assert.Throws<IOException>(() => TinyRun.Execute(broken, new EndsAtHistogram(shown.Length - 1)));
        TinyRun.Execute(broken with { ResumeFromCheckpoint = "latest" });
        Assert.Equal(_runs.Events("whole"), _runs.Events("broken"));
    }

    private sealed class EndsAtHistogram(int number) : IRunObserver
    {
        private int _seen;

        public void Observe(RunEvent happened)
        {
            if (happened is HistogramEvent) _seen++;
            if (_seen >= number) throw new IOException("ended");
        }
    }
}
