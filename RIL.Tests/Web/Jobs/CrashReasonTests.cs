using RIL.Web.Runs.Jobs;

namespace RIL.Tests.Web.Jobs;

/// <summary>The sentence under which people find out why a trainer ended.</summary>
public sealed class CrashReasonTests
{
    [Theory]
    [InlineData(137, false, "working", "signal 9")]
    [InlineData(137, true, "working", "ran out of memory")]
    [InlineData(134, false, "std::bad_alloc: DefaultCPUAllocator: not enough memory; out of memory", "ran out of memory")]
    [InlineData(2, false, "The disk is full: 'checkpoint-20' could not be written.", "The disk is full")]
    [InlineData(1, false, "System.IO.IOException: No space left on device", "The disk is full")]
    [InlineData(2, false, "sft_steps is -1; expected a whole number from 0.", "sft_steps is -1; expected a whole number from 0.")]
    [InlineData(134, true, "step 4", "native code (signal 6)")] // the count is the machine's: another process may have been ended
    [InlineData(null, true, "step 4", "ran out of memory")]
    [InlineData(139, false, "step 4", "native code (signal 11)")]
    [InlineData(null, false, "step 4", "without a word")]
    public void TheSentence_SaysWhatHappened_AndTheLastLinesFollow(int? code, bool counted, string line, string expected)
    {
        string reason = CrashReason.Of(code, null, ["before", line], counted);
        Assert.Contains(expected, reason, StringComparison.Ordinal);
        Assert.Contains(line, reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sft_steps is -1; expected a whole number from 0.", "sft_steps is -1; expected a whole number from 0.")]
    [InlineData("ExternalException: a fault", "ExternalException: a fault\nLast lines of its output:\nbefore\n   at Somewhere()")]
    [InlineData("ExternalException: CUDA out of memory. Tried to allocate 2.00 GiB", "The machine ran out of memory and the trainer was ended. Use a smaller per_device_train_batch_size or max_completion_length, or fewer slots; then retry.\nLast lines of its output:\nExternalException: CUDA out of memory. Tried to allocate 2.00 GiB\nbefore\n   at Somewhere()")]
    public void WhatTheTrainerSaidItself_ComesFirst_WithAdviceWhereThereIsAny(string said, string expected) =>
        Assert.Equal(expected, CrashReason.Of(1, said, ["before", "   at Somewhere()"], memoryKill: true));
}
