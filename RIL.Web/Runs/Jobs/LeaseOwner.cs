using System.Diagnostics;
using System.Globalization;

namespace RIL.Web.Runs.Jobs;

/// <summary>Who works on a run: a process of the site, told apart from a later one of the same number by its start.</summary>
internal static class LeaseOwner
{
    /// <summary>This process.</summary>
    public static string Me { get; } = Of(Process.GetCurrentProcess());

    /// <summary>Whether the owner is a process of this machine that is gone.</summary>
    public static bool IsGone(string owner)
    {
        if (owner == Me || owner.Split('|') is not [var machine, var number, _] || machine != Environment.MachineName) return false;
        try
        {
            using Process process = Process.GetProcessById(int.Parse(number, CultureInfo.InvariantCulture));
            return Of(process) != owner;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return true;
        }
    }

    // Whole seconds: the system reckons the start from ticks since it booted, and that wavers.
    private static string Of(Process process) => string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}|{process.Id}|{(process.StartTime.ToUniversalTime().Ticks + TimeSpan.TicksPerSecond / 2) / TimeSpan.TicksPerSecond}");
}
