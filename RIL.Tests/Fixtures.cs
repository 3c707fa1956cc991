using System.Runtime.CompilerServices;

namespace RIL.Tests;

/// <summary>Golden values: the folder that RIL_FIXTURES names, or the project's own copy.</summary>
internal static class Fixtures
{
    public static string Root { get; } = Environment.GetEnvironmentVariable("RIL_FIXTURES") is { Length: > 0 } folder ? folder : Own();

    public static string Path(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    /// <summary>A file that lies beside the test that asks for it.</summary>
    public static string Beside(string file, [CallerFilePath] string source = "") => System.IO.Path.Combine(System.IO.Path.GetDirectoryName(source)!, file);

    private static string Own([CallerFilePath] string source = "") => System.IO.Path.Combine(System.IO.Path.GetDirectoryName(source)!, "Fixtures");
}
