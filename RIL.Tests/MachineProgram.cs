using System.Diagnostics;

namespace RIL.Tests;

/// <summary>Programs that tests start and that neither .NET nor the packages bring along. What is missing is installed where that is possible (as root on a Debian); elsewhere a sentence says what to do.</summary>
internal static class MachineProgram
{
    private static readonly Lock Installing = new();

    /// <summary>The file of a program that is there, or is installed now.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="package">The Debian package that brings it.</param>
    public static string Need(string name, string package) =>
        Find([name, name + ".exe"]) ?? Install(package, $"The tests need the program {name}, which is not on this machine; install it (Debian: apt-get install {package}).", () => Find([name]));

    /// <summary>The first program of one of these names in the folders of PATH; null where there is none.</summary>
    public static string? Find(IReadOnlyList<string> names)
    {
        string[] folders = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Where(f => f.Length > 0), "/usr/bin"];
        return names.SelectMany(name => folders.Select(f => Path.Combine(f, name))).FirstOrDefault(File.Exists);
    }

    /// <summary>Installs a package and gives the program that is found then.</summary>
    /// <param name="package">The Debian package.</param>
    /// <param name="sentence">What to say where that is not possible.</param>
    /// <param name="find">Finds the program.</param>
    public static string Install(string package, string sentence, Func<string?> find)
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root" || !File.Exists("/etc/debian_version")) throw new InvalidOperationException(sentence);
        lock (Installing)
        {
            Run("apt-get", "update");
            Run("apt-get", "install", "-y", "--no-install-recommends", package);
        }
        return find() ?? throw new InvalidOperationException(sentence);

        void Run(string program, params string[] arguments)
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["DEBIAN_FRONTEND"] = "noninteractive" } })!;
            Task<string> said = process.StandardOutput.ReadToEndAsync(), complained = process.StandardError.ReadToEndAsync();
            process.WaitForExit();
            if (process.ExitCode != 0) throw new InvalidOperationException($"{sentence} ({program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {complained.Result.Trim()} {said.Result.TrimEnd().Split('\n')[^1]})");
        }
    }
}
