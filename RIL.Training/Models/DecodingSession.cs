using static TorchSharp.torch;

namespace RIL.Training.Models;

/// <summary>Rows that are being continued token by token. Create, step and dispose it on one thread with gradients off.</summary>
public abstract class DecodingSession : IDisposable
{
    /// <summary>Logits after the prompts, one row per prompt: [P, V]; owned by the session.</summary>
    public abstract Tensor PromptLogits { get; }

    /// <summary>Feeds one token to every row and gives the logits of the next: [rows, V], in the current dispose scope.</summary>
    public abstract Tensor Next(long[] tokenIds);

    /// <summary>Goes on with the given rows only, in that order.</summary>
    public abstract void Keep(long[] rows);

    /// <inheritdoc/>
    public abstract void Dispose();
}
