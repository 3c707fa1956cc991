using RIL.Web.Runs.Jobs;

namespace RIL.Tests.Web.Jobs;

public sealed class CrashReasonTests
{
    [Theory]
    [InlineData(137, false, "working", "signal 9")]
    [InlineData(137, true, "working", "ran out of memory")]
    [InlineData(134, false, "std::bad_alloc: DefaultCPUAllocator: not enough memory; out of memory", "ran out of memory")]
    [InlineData(2, false, "The disk is full: 'checkpoint-20' could not be written.", "The disk is full")]
    [InlineData(1, false, "System.IO.IOException: No space left on device", "The disk is full")]
    [InlineData(2, false, "sft_steps is -1; expected a whole number from 0.", "sft_steps is -1; expected a whole number from 0.")]
    [InlineData(139, false, "step 4", "native code (signal 11)")]
    [InlineData(null, false, "step 4", "without a word")]
    public void TheSentence_SaysWhatHappened_AndTheLastLinesFollow(int? code, bool counted, string line, string expected)
    {
        string reason = CrashReason.Of(code, ["before", line], counted);
        Assert.Contains(expected, reason, StringComparison.Ordinal);
        Assert.Contains(line, reason, StringComparison.Ordinal);
    }
}
