using RIL.Training.Torch;
using static TorchSharp.torch;

namespace RIL.Training.Layers;

/// <summary>
/// The masks of one pass, 0 or −∞, made on the device once: one of completions after their prompts, of which shorter ones are windows, and
/// one square for prompts whose scores are written out. They belong to the dispose scope in which this was made.
/// </summary>
internal sealed class CausalMasks
{
    private readonly int _prompt;
    private readonly Tensor? _afterPrompt, _square;

    /// <param name="longestPrompt">Keys before a completion, at most.</param>
    /// <param name="longestRow">Tokens of a completion, at most; 0 where there are none.</param>
    /// <param name="largestSquare">Longest prompt whose scores are written out.</param>
    /// <param name="device">Where the pass runs.</param>
    public CausalMasks(int longestPrompt, int longestRow, int largestSquare, Device device)
    {
        using var scope = NewDisposeScope();
        _prompt = longestPrompt;
        if (longestRow > 0) _afterPrompt = Causal(longestRow, (long)longestPrompt + longestRow, longestPrompt).MoveToOuterDisposeScope();
        if (largestSquare > 0) _square = Causal(largestSquare, largestSquare, 0).MoveToOuterDisposeScope();

        // Query q sees the keys up to before + q.
        Tensor Causal(long queries, long keys, long before) => zeros(queries, keys, device: device)
            .fill_(Scalars.Of(double.NegativeInfinity)).triu_(before + 1);
    }

    /// <summary>Its tensors, for who keeps them beyond their dispose scope.</summary>
    public IEnumerable<Tensor?> Owned => [_afterPrompt, _square];

    /// <summary>[1, 1, L, L].</summary>
    public Tensor Square(int length)
    {
        using var scope = NewDisposeScope();
        return _square!.narrow(0, 0, length).narrow(1, 0, length).unsqueeze(0).unsqueeze(0).MoveToOuterDisposeScope();
    }

    /// <summary>[1, 1, T, L + T]: the whole prompt, then the completion's own past.</summary>
    public Tensor AfterPrompt(int rowLength, int promptLength)
    {
        using var scope = NewDisposeScope();
        return _afterPrompt!.narrow(0, 0, rowLength).narrow(1, _prompt - promptLength, promptLength + rowLength).unsqueeze(0).unsqueeze(0)
            .MoveToOuterDisposeScope();
    }

    /// <summary>0, 1, 2, …: [count], in the current dispose scope.</summary>
    public static Tensor Places(int count, Device device) => tensor(Enumerable.Range(0, count).Select(i => (long)i).ToArray(),
        device: device);

    /// <summary>[R, 1, T, L + T]: the same for completions whose prompts are shorter than L and padded.</summary>
    public Tensor WithoutPadding(Tensor mask_11TS, long[] promptLengths, int longest)
    {
        using var scope = NewDisposeScope();
        Tensor place = Places(longest, mask_11TS.device), length = tensor(promptLengths, device: mask_11TS.device)
            .unsqueeze(1);
        Tensor padding = zeros([promptLengths.Length, mask_11TS.size(3)], device: mask_11TS.device);
        padding.narrow(1, 0, longest).masked_fill_(place.ge(length), Scalars.Of(double.NegativeInfinity));
        return mask_11TS.add(padding.view(promptLengths.Length, 1, 1, -1), Scalars.One).MoveToOuterDisposeScope();
    }
}
