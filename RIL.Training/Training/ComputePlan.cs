using RIL.Training.Models;
using RIL.Training.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace RIL.Training.Training;

/// <summary>
/// Where and how models are computed, decided once from settings and machine; whatever computes is handed the plan and asks the machine
/// nothing itself.
/// </summary>
public sealed record ComputePlan
{
    // Activations of about a thousand tokens stay near the caches of a core; a GPU wants far more at once. A prompt and its completions
    // stay together well beyond that, since taking them apart computes the prompt again.
    private const int TokensOnCpu = 1024, MostTokensOnCpu = 16384, TokensOnGpu = 32768;

    // Rows that decode together: more of them amortise the weights, fewer keep the cache small.
    private const int DefaultRowsDecoding = 256;

    /// <summary>Where weights are and models run.</summary>
    public required Device Device { get; init; }

    /// <summary>Type in which models compute.</summary>
    public ScalarType Type { get; init; } = ScalarType.Float32;

    /// <summary>Passes that run side by side, each with a replica and gradients of its own; one on a GPU.</summary>
    public required int Lanes { get; init; }

    /// <summary>Threads that prepare prompts and pictures on the CPU.</summary>
    public required int EncodingWorkers { get; init; }

    /// <summary>
    /// The student's completions of one pass of the reinforcement loop; teachers' outputs come on top (see <see cref="Passes"/>).
    /// </summary>
    public int CompletionsPerPass { get; init; } = int.MaxValue;

    /// <summary>Tokens that a pass is filled up to.</summary>
    public required int TokensPerPass { get; init; }

    /// <summary>
    /// Tokens up to which a prompt and its completions stay in one pass although they exceed <see cref="TokensPerPass"/>; beyond, the
    /// prompt is computed again for the rest of them.
    /// </summary>
    public required int MostTokensPerPass { get; init; }

    /// <summary>Completions that are continued together.</summary>
    public required int RowsDecoding { get; init; }

    /// <summary>Whether layers are computed again in the backward pass instead of keeping their activations.</summary>
    public bool Recomputes { get; init; }

    /// <summary>The processes that train together.</summary>
    public ICollective Members { get; init; } = Alone.Instance;

    /// <summary>The plan for this machine's CPU where nobody has a wish.</summary>
    public static ComputePlan OnCpu => Choose(new ComputeSettings(DeviceChoice.Cpu), Machine.This);

    /// <summary>The plan in one line.</summary>
    public string Description =>
        $"Computing on {Device.type.ToString().ToLowerInvariant()} in {Type.ToString().ToLowerInvariant()}, {Lanes} lane{Plural(Lanes)}, "
        + (CompletionsPerPass == int.MaxValue ? "" : $"{CompletionsPerPass} completions and ")
        + $"{TokensPerPass} tokens a pass (a prompt and its completions up to {MostTokensPerPass}), {RowsDecoding} rows decoding, "
        + (Recomputes ? "layers computed again in the backward pass, " : "")
        + $"{EncodingWorkers} thread{Plural(EncodingWorkers)} encoding";

    /// <summary>
    /// The plan and how libtorch is set up, as runs and jobs record it; results are bit-identical only under the same line.
    /// </summary>
    public string MachineLine => $"{Description}; {TorchRuntime.Description}.";

    /// <summary>
    /// Decides; throws <see cref="InputException"/> where the settings ask for what the machine does not have.
    /// </summary>
    public static ComputePlan Choose(ComputeSettings settings, Machine machine)
    {
        if (settings.Device == DeviceChoice.Cuda && !machine.HasCuda)
            throw new InputException("device is cuda and libtorch finds no GPU; expected a CUDA build (-p:TorchBackend=cuda) and a "
                + "driver, or device: cpu.");
        bool gpu = machine.HasCuda && settings.Device != DeviceChoice.Cpu;
        return new ComputePlan
        {
            Device = gpu ? new Device(DeviceType.CUDA) : CPU,
            Lanes = gpu ? 1 : machine.Workers, // several would want the GPU's memory several times over and wait for each other there
            EncodingWorkers = machine.Workers,
            TokensPerPass = settings.TokensPerPass ?? (gpu ? TokensOnGpu : TokensOnCpu),
            MostTokensPerPass = settings.TokensPerPass ?? (gpu ? TokensOnGpu : MostTokensOnCpu),
            CompletionsPerPass = settings.CompletionsPerPass ?? int.MaxValue,
            RowsDecoding = settings.RowsDecoding ?? DefaultRowsDecoding,
            Recomputes = settings.Recomputes,
        };
    }

    /// <summary>Reads a checkpoint folder onto the plan's device.</summary>
    public VisionLanguageModel Load(string folder)
    {
        VisionLanguageModel model = ModelCatalog.Load(folder, Device);
        model.RecomputesLayers = Recomputes;
        return model;
    }

    /// <summary>
    /// Gives item i to lane i modulo <see cref="Lanes"/> and returns when all are done: the same items meet on the same lane every time,
    /// so sums are formed in the same order.
    /// </summary>
    public void ForEachLane<T>(IReadOnlyList<T> items, Action<int, T> work) => WorkerPool.Shared(Lanes).ForEach(items, work);

    /// <summary>
    /// Runs a model's computation on every item over the lanes, each in a dispose scope of its own, which the item's tensors die with;
    /// memory that runs out is said in a sentence.
    /// </summary>
    /// <param name="items">What is computed.</param>
    /// <param name="compute">Takes the lane, the item's number and the item.</param>
    public void Compute<T>(IReadOnlyList<T> items, Action<int, int, T> compute) => ForEachLane([.. items.Index()], (lane, item) =>
    {
        using var scope = NewDisposeScope();
        try
        {
            compute(lane, item.Index, item.Item);
        }
        catch (Exception e) when (e is not InputException && MemoryFault.IsOne(e))
        {
            throw MemoryFault.Explain(e);
        }
    });

    /// <summary>Prepares what models are fed with, side by side on the CPU, in the order of the items.</summary>
    public TResult[] Encode<T, TResult>(IReadOnlyList<T> items, Func<T, TResult> encode)
    {
        var results = new TResult[items.Count];
        WorkerPool.Shared(EncodingWorkers).ForEach([.. Enumerable.Range(0, items.Count)], (_, i) => results[i] = encode(items[i]));
        return results;
    }

    private static string Plural(int count) => count == 1 ? "" : "s";
}
