using System.Text.Json.Nodes;
using RIL.Training.Layers;
using static TorchSharp.torch;

namespace RIL.Training.Models;

/// <summary>
/// A vision-language model of any family. Tokens travel packed: the real tokens of all prompts, then those of all completions, without
/// padding ([N, D]); completions attend to their own prompt and to themselves, and a prompt (with its images) is computed once for all its
/// completions.
/// </summary>
public abstract class VisionLanguageModel : IDisposable
{
    /// <summary>Width D of the hidden states.</summary>
    public abstract int HiddenSize { get; }

    /// <summary>Size V of the vocabulary.</summary>
    public abstract int VocabularySize { get; }

    /// <summary>Every weight, in a fixed order; where training has made them require gradients, they are leaves.</summary>
    public abstract IReadOnlyList<Weight> Weights { get; }

    /// <summary>Where the weights are and the computation runs.</summary>
    public abstract Device Device { get; }

    /// <summary>
    /// Whether the decoder layers are computed again in the backward pass instead of keeping their activations (gradient checkpointing);
    /// copies and replicas inherit it.
    /// </summary>
    public bool RecomputesLayers { get; set; }

    /// <summary>
    /// Final hidden states (after the last norm) of every token of <paramref name="batch"/>: [N, D], packed; part of the autograd graph
    /// where grad mode is on.
    /// </summary>
    public abstract Tensor Hidden(PackedBatch batch);

    /// <summary>
    /// Runs the prompts once and prepares <paramref name="rowsPerPrompt"/> rows each for up to <paramref name="newTokens"/> further
    /// tokens.
    /// </summary>
    public abstract DecodingSession StartDecoding(IReadOnlyList<EncodedPrompt> prompts, int rowsPerPrompt, int newTokens);

    /// <summary>config.json as it was read, with every key this program does not use.</summary>
    public abstract JsonObject ConfigDocument { get; }

    /// <summary>Name under which a weight stands in a checkpoint file.</summary>
    public abstract string WeightNameToFile(string name);

    /// <summary>Name of a weight whose name in a checkpoint file is given.</summary>
    public abstract string WeightNameFromFile(string name);

    /// <summary>
    /// Name of the weight that a surplus weight of a file, named as a module, must equal, as a tied head that was written out; null where
    /// there is none.
    /// </summary>
    public virtual string? TwinOf(string name) => null;

    /// <summary>The weight of the language-model head: [V, D].</summary>
    public abstract Tensor HeadWeight { get; }

    /// <inheritdoc/>
    public abstract void Dispose();
}
