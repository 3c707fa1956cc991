namespace RIL.Training.Torch;

/// <summary>Memory that ran out, on the host or on a GPU, told from other faults and said in a sentence.</summary>
public static class MemoryFault
{
    /// <summary>Whether an exception says that there was not enough memory.</summary>
    public static bool IsOne(Exception fault) => fault is OutOfMemoryException
        || fault.Message.Contains("can't allocate memory", StringComparison.OrdinalIgnoreCase)
        || fault.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase);

    /// <summary>The exception that tells a user what to do about it.</summary>
    public static InputException Explain(Exception fault) => new(
        $"Memory ran out while a model was computed ({fault.Message.Split('\n')[0].Trim()}). Give a smaller per_device_train_batch_size "
            + $"or "
        + "tokens_per_pass, set gradient_checkpointing to true, or let fewer workers compute side by side; answers that are sampled take "
        + "less with a smaller rows_decoding.", fault);
}
