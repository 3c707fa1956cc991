namespace RIL.Training.Generation;

/// <summary>How completions are drawn. Names and meanings are those of Hugging Face's generation configuration.</summary>
public sealed record SamplingOptions
{
    /// <summary>Most new tokens, the end token included.</summary>
    public required int MaxNewTokens { get; init; }

    /// <summary>Divides the logits; 1 leaves them.</summary>
    public double Temperature { get; init; } = 1.0;

    /// <summary>Whether the likeliest token is taken instead of drawing.</summary>
    public bool Greedy { get; init; }

    /// <summary>Keeps the k likeliest tokens; 0 keeps all.</summary>
    public int TopK { get; init; }

    /// <summary>Keeps the likeliest tokens that together reach this probability; 1 keeps all.</summary>
    public double TopP { get; init; } = 1.0;

    /// <summary>Keeps tokens at least this fraction as likely as the likeliest; 0 keeps all.</summary>
    public double MinP { get; init; }

    /// <summary>Divides (positive) or multiplies (negative) the logits of tokens already seen; 1 leaves them.</summary>
    public double RepetitionPenalty { get; init; } = 1.0;

    /// <summary>Tokens that end a completion; they are part of it.</summary>
    public IReadOnlyList<int> EndTokenIds { get; init; } = [];

    /// <summary>Tokens that are never drawn.</summary>
    public IReadOnlyList<int> SuppressTokenIds { get; init; } = [];
}

/// <summary>
/// Where the randomness of a sampling call comes from: every draw depends on (seed, step, example, sample, position) alone.
/// </summary>
/// <param name="Seed">The run's seed.</param>
/// <param name="Step">The training step, or another number that tells calls apart.</param>
/// <param name="Examples">One number per prompt, for instance the row's index.</param>
public sealed record SamplingKey(ulong Seed, long Step, IReadOnlyList<long> Examples);

/// <summary>
/// A sampled completion: token ids (end token included), log-probabilities of the full distribution at the sampling temperature, entropies
/// in nats, probability mass that the filters kept.
/// </summary>
/// <param name="TokenIds">The tokens.</param>
/// <param name="LogProbabilities">log π(token) over the full vocabulary, one per token.</param>
/// <param name="Entropies">Entropy of the full distribution at each position.</param>
/// <param name="KeptMass">Probability of the full distribution that top-k, top-p and min-p left at each position (1 where nothing is
/// filtered).</param>
/// <param name="Truncated">Whether it stopped for its length and not at an end token.</param>
public sealed record SampledCompletion(int[] TokenIds, float[] LogProbabilities, float[] Entropies, float[] KeptMass, bool Truncated);
