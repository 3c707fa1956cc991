using System.Globalization;
using System.Text.RegularExpressions;

namespace RIL.Web.Runs.Jobs;

/// <summary>Says in a sentence why a trainer ended in an error, from what it said, what it returned, what it printed last, and what the system counted.</summary>
internal static partial class CrashReason
{
    /// <summary>What the system's shells return for a process that a signal ended: 128 and its number.</summary>
    public const int Terminated = 128 + 15;

    private const int Killed = 128 + 9, Segment = 128 + 11, Abort = 128 + 6, Bus = 128 + 7, UnusableInput = 2;

    private static readonly string[] NoRoom = ["disk is full", "No space left"], NoMemory = ["out of memory", "not enough memory", "OutOfMemory", "bad_alloc"];

    /// <summary>The sentence, and the last lines where they say more.</summary>
    /// <param name="exitCode">What it returned; null where that is not known.</param>
    /// <param name="said">The sentence of its last event, where that told of the end.</param>
    /// <param name="lastLines">What it printed last.</param>
    /// <param name="memoryKill">Whether the system ended a process for want of memory at that time.</param>
    public static string Of(int? exitCode, string? said, IReadOnlyList<string> lastLines, bool memoryKill)
    {
        string[] all = [.. said is null ? [] : (string[])[said], .. lastLines];
        if (Speaks(all, NoRoom)) return With("The disk is full. Free some space (System page) and retry: the run goes on from its last checkpoint.", all);
        if (Speaks(all, NoMemory) || (memoryKill && exitCode is null or Killed))
            return With("The machine ran out of memory and the trainer was ended. Use a smaller per_device_train_batch_size or max_completion_length, or fewer slots; then retry.", all);
        // A fault of the program begins with its type; anything else is a sentence for people.
        if (said is not null) return Fault().IsMatch(said) ? With(said, lastLines) : said;
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

    private static bool Speaks(string[] lines, string[] words) => lines.Any(l => words.Any(w => l.Contains(w, StringComparison.OrdinalIgnoreCase)));

    private static string With(string sentence, IReadOnlyList<string> lastLines) => lastLines.Count == 0 ? sentence : $"{sentence}\nLast lines of its output:\n{string.Join('\n', lastLines)}";

    [GeneratedRegex(@"^\w+Exception: ")]
    private static partial Regex Fault();
}
