using System.Globalization;

namespace RIL.Web.Runs.Checkpoints;

/// <summary>Names that a person may give for a checkpoint; nothing else reaches the file system.</summary>
internal static class CheckpointName
{
    public const string Student = "student";
    private const string Prefix = "checkpoint-";

    /// <summary>The name of a step's checkpoint.</summary>
    public static string Of(long step) => Prefix + step.ToString(CultureInfo.InvariantCulture);

    /// <summary>The step of a checkpoint's name; null for anything else.</summary>
    public static long? Step(string? name) =>
        name is not null && name.StartsWith(Prefix, StringComparison.Ordinal) && long.TryParse(name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long step) && Of(step) == name ? step : null;

    /// <summary>Whether it is the name of a checkpoint or of the trained student.</summary>
    public static bool IsValid(string? name) => name == Student || Step(name) is not null;
}
