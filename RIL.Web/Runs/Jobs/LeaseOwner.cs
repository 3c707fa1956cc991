using System.Globalization;

namespace RIL.Web.Runs.Jobs;

/// <summary>Who works on a run: a process of the site on a machine.</summary>
internal static class LeaseOwner
{
    /// <summary>This process.</summary>
    public static string Me { get; } = string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}|{ProcessIdentity.Me.Id}|{ProcessIdentity.Me.Started}");

    /// <summary>Whether the owner is a process of this machine that is gone.</summary>
    public static bool IsGone(string owner)
    {
        if (owner == Me || owner.Split('|') is not [var machine, var number, var start] || machine != Environment.MachineName) return false;
        return !(int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int id) && long.TryParse(start, NumberStyles.None, CultureInfo.InvariantCulture, out long started)
            && new ProcessIdentity(id, started).IsAlive);
    }
}
