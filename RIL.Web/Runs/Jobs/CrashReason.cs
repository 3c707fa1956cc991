using System.Globalization;

namespace RIL.Web.Runs.Jobs;

/// <summary>Says in a sentence why a trainer ended without a word of its own, from what it returned, what it printed last, and what the system counted.</summary>
internal static class CrashReason
{
    private const int Killed = 128 + 9, Terminated = 128 + 15, Segment = 128 + 11, Abort = 128 + 6, Bus = 128 + 7, UnusableInput = 2;

    /// <summary>The sentence, and the last lines where they say more.</summary>
    public static string Of(int? exitCode, IReadOnlyList<string> lastLines, bool outOfMemoryCounted)
    {
        string printed = string.Join('\n', lastLines);
        if (printed.Contains("disk is full", StringComparison.OrdinalIgnoreCase) || printed.Contains("No space left", StringComparison.OrdinalIgnoreCase))
            return With("The disk is full. Free some space (System page) and retry: the run goes on from its last checkpoint.", lastLines);
        if (outOfMemoryCounted || printed.Contains("out of memory", StringComparison.OrdinalIgnoreCase) || printed.Contains("OutOfMemory", StringComparison.Ordinal))
            return With("The machine ran out of memory and the trainer was ended. Use a smaller per_device_train_batch_size or max_completion_length, or fewer slots; then retry.", lastLines);
        return exitCode switch
        {
            UnusableInput when lastLines.Count > 0 => lastLines[^1],
            Killed => With("The trainer was killed from outside (signal 9), by a person or by the system. Retry: the run goes on from its last checkpoint.", lastLines),
            Terminated => With("The trainer was asked by the system to end (signal 15) and left no word. Retry: the run goes on from its last checkpoint.", lastLines),
            Segment or Abort or Bus => With($"The trainer crashed in native code (signal {exitCode - 128}). Retry; where it crashes again at the same step, report it with the last lines below.", lastLines),
            null => With("The trainer ended without a word, killed from outside or by a fault. Retry: the run goes on from its last checkpoint.", lastLines),
            _ => With($"The trainer ended with exit code {exitCode?.ToString(CultureInfo.InvariantCulture)} and no closing event.", lastLines),
        };
    }

    /// <summary>How many processes the system has ended for want of memory so far; null where it does not say.</summary>
    public static long? OutOfMemoryCount()
    {
        foreach ((string file, string key) in (IEnumerable<(string, string)>)[("/sys/fs/cgroup/memory.events", "oom_kill"), ("/proc/vmstat", "oom_kill")])
        {
            if (!File.Exists(file)) continue;
            foreach (string line in File.ReadLines(file))
                if (line.StartsWith(key + " ", StringComparison.Ordinal) && long.TryParse(line.AsSpan(key.Length + 1), NumberStyles.Integer, CultureInfo.InvariantCulture, out long count)) return count;
        }
        return null;
    }

    private static string With(string sentence, IReadOnlyList<string> lastLines) => lastLines.Count == 0 ? sentence : $"{sentence}\nLast lines of its output:\n{string.Join('\n', lastLines)}";
}
