using System.Globalization;

namespace RIL.Training.Quickstart;

/// <summary>Where the quickstart's files lie: in the folder Quickstart beside the program.</summary>
internal static class QuickstartFiles
{
    /// <summary>Pictures.</summary>
    public static string Data => In("Data");

    /// <summary>Checkpoints and kept answers of the teachers.</summary>
    public static string Teachers => In("Teachers");

    /// <summary>
    /// The file or folder that <c>quickstart:PATH</c> means beside the program; any other path is given back as it is.
    /// <c>quickstart:Student:SEED</c> is a student of its own random weights, made when first asked for.
    /// </summary>
    public static string Resolve(string path)
    {
        if (!QuickstartData.IsReference(path)) return path;
        string name = path[(path.IndexOf(':', StringComparison.Ordinal) + 1)..];
        return name.StartsWith(FreshStudent, StringComparison.Ordinal) ? Fresh(path, name[FreshStudent.Length..]) : In(name);
    }

    private const string FreshStudent = "Student:";

    // Kept apart by build, because another build may make other weights.
    private static string Fresh(string path, string seed)
    {
        if (!uint.TryParse(seed, NumberStyles.None, CultureInfo.InvariantCulture, out uint number))
            throw new InputException($"'{path}': expected quickstart:Student:SEED with a whole number.");
        string folder = Path.Combine(Path.GetTempPath(), $"ril-quickstart-{typeof(QuickstartFiles).Module.ModuleVersionId:N}");
        Directory.CreateDirectory(folder);
        string student = Path.Combine(folder, $"student-{number}");
        QuickstartBase.Make(QuickstartSize.Student, student, number);
        return student;
    }

    private static string In(string name) => Path.Combine(AppContext.BaseDirectory, "Quickstart", name);
}
