using System.Diagnostics;
using System.Globalization;

namespace RIL.Web.Runs.Jobs;

/// <summary>A process by its number and, where the system tells, its start: numbers are used again.</summary>
/// <param name="Id">The number.</param>
/// <param name="Started">Ticks between the machine's start and the process's; null where the system has no <c>/proc</c>.</param>
internal sealed record TrainerIdentity(int Id, long? Started)
{
    private const int FieldOfStart = 22, FieldOfState = 3;

    /// <summary>Whether that very process lives; one that has ended and was not fetched yet does not.</summary>
    public bool IsAlive
    {
        get
        {
            if (Started is { } started) return Fields($"/proc/{Id}/stat") is { } fields && StartOf(fields) == started && fields[0] is not ("Z" or "X");
            try
            {
                using Process process = Process.GetProcessById(Id);
                return !process.HasExited;
            }
            catch (ArgumentException)
            {
                return false;
            }
        }
    }

    /// <summary>Reads what a starting trainer wrote about itself: a line of <c>/proc/PID/stat</c>, or the number alone.</summary>
    public static TrainerIdentity? Read(string file)
    {
        if (!File.Exists(file)) return null;
        string text = File.ReadAllText(file);
        int blank = text.IndexOfAny([' ', '\n']);
        if (!int.TryParse(blank < 0 ? text : text[..blank], NumberStyles.None, CultureInfo.InvariantCulture, out int id)) return null;
        return new TrainerIdentity(id, Fields(file) is { } fields ? StartOf(fields) : null);
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
