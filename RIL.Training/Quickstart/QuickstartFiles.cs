namespace RIL.Training.Quickstart;

/// <summary>Where the example's files lie: in the folder Quickstart beside the program.</summary>
internal static class QuickstartFiles
{
    /// <summary>Pictures.</summary>
    public static string Data => In("Data");

    /// <summary>Checkpoints and kept answers of the teachers.</summary>
    public static string Teachers => In("Teachers");

    /// <summary>The file or folder that <c>quickstart:PATH</c> means beside the program; any other path is given back as it is.</summary>
    public static string Resolve(string path) => QuickstartData.IsReference(path) ? In(path[(path.IndexOf(':', StringComparison.Ordinal) + 1)..]) : path;

    private static string In(string name) => Path.Combine(AppContext.BaseDirectory, "Quickstart", name);
}
