using System.Diagnostics;
using System.Globalization;

namespace RIL.Web.Runs.Jobs;

/// <summary>A process by its number and its start: numbers are used again.</summary>
/// <param name="Id">The number.</param>
/// <param name="Started">Ticks between the machine's start and the process's where the system has <c>/proc</c>, and the clock's ticks elsewhere.</param>
internal sealed record ProcessIdentity(int Id, long Started)
{
    private const int FieldOfStart = 22, FieldOfState = 3;

    // A file's time is coarser than a process's start.
    private static readonly TimeSpan Coarse = TimeSpan.FromSeconds(2);

    /// <summary>This process.</summary>
    public static ProcessIdentity Me { get; } = Of(Environment.ProcessId) ?? new ProcessIdentity(Environment.ProcessId, 0);

    /// <summary>Whether that very process lives; one that has ended and was not fetched yet does not.</summary>
    public bool IsAlive => Of(Id) == this;

    /// <summary>The living process of a number; null where there is none.</summary>
    public static ProcessIdentity? Of(int id)
    {
        if (Directory.Exists("/proc/self")) return Fields($"/proc/{id}/stat") is { } fields && fields[0] is not ("Z" or "X") ? new ProcessIdentity(id, StartOf(fields)) : null;
        return StartOnClock(id) is { } start ? new ProcessIdentity(id, start.Ticks) : null;
    }

    /// <summary>The process that wrote about itself into a file as it started: a line of <c>/proc/PID/stat</c>, or its number alone; null where it does not live.</summary>
    public static ProcessIdentity? Read(string file)
    {
        if (!File.Exists(file)) return null;
        string text = File.ReadAllText(file);
        int blank = text.IndexOfAny([' ', '\n']);
        if (!int.TryParse(blank < 0 ? text : text[..blank], NumberStyles.None, CultureInfo.InvariantCulture, out int id) || Of(id) is not { } living) return null;
        bool same = Fields(file) is { } fields ? StartOf(fields) == living.Started : StartOnClock(id) <= File.GetLastWriteTimeUtc(file) + Coarse;
        return same ? living : null;
    }

    private static DateTime? StartOnClock(int id)
    {
        try
        {
            using Process process = Process.GetProcessById(id);
            return process.HasExited ? null : process.StartTime.ToUniversalTime();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    private static long StartOf(string[] fields) => long.Parse(fields[FieldOfStart - FieldOfState], CultureInfo.InvariantCulture);

    // What follows the name, which stands in brackets and may hold anything.
    private static string[]? Fields(string file)
    {
        try
        {
            string text = File.ReadAllText(file);
            int after = text.LastIndexOf(')');
            return after < 0 ? null : text[(after + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
