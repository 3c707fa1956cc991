namespace RIL.Training.Quickstart;

/// <summary>Where the example's files lie: in the folder Quickstart beside the program.</summary>
internal static class QuickstartFiles
{
    /// <summary>Pictures.</summary>
    public static string Data => In("Data");

    /// <summary>Checkpoints and kept answers of the teachers.</summary>
    public static string Teachers => In("Teachers");

    private static string In(string name) => Path.Combine(AppContext.BaseDirectory, "Quickstart", name);
}
