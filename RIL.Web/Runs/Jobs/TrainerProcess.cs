using System.Diagnostics;
using System.Globalization;
using RIL.Training.Runs;

namespace RIL.Web.Runs.Jobs;

/// <summary>
/// The trainer of a run: a process that outlives the site. It writes into the run folder alone (no pipe of ours that could break), under the number kept in
/// <c>trainer.pid</c>, which it writes itself: so it is found again even where the site was killed in the moment of starting it.
/// </summary>
internal sealed class TrainerProcess : IDisposable
{
    private const string PidFile = "trainer.pid", LogFile = "trainer.log";
    private readonly string _folder;
    private readonly Process? _child;
    private readonly TrainerIdentity? _identity;

    private TrainerProcess(string folder, Process? child, TrainerIdentity? identity) => (_folder, _child, _identity) = (folder, child, identity);

    /// <summary>Number of the process.</summary>
    public int? Id => _identity?.Id ?? _child?.Id;

    /// <summary>Whether it works.</summary>
    public bool IsAlive => _child is not null ? !_child.HasExited : _identity?.IsAlive == true;

    /// <summary>What it returned, 128 + N for a signal N; null where it was not started by this process of the site.</summary>
    public int? ExitCode => _child is { HasExited: true } ? _child.ExitCode : null;

    /// <summary>The file with what it printed.</summary>
    public static string Log(string folder) => Path.Combine(folder, LogFile);

    /// <summary>The trainer that works in a folder; null where none does.</summary>
    public static TrainerProcess? Find(string folder) =>
        TrainerIdentity.Read(Path.Combine(folder, PidFile)) is { IsAlive: true } identity ? new TrainerProcess(folder, null, identity) : null;

    /// <summary>Forgets the trainer of an earlier attempt, so that a run that is to start is not taken for one that was started.</summary>
    public static void Forget(string folder)
    {
        if (Directory.Exists(folder)) File.Delete(Path.Combine(folder, PidFile));
    }

    /// <summary>Whether a trainer was started since then.</summary>
    public static bool WasStarted(string folder) => File.Exists(Path.Combine(folder, PidFile));

    /// <summary>Starts it in a folder, from a configuration or on from its last checkpoint.</summary>
    public static TrainerProcess Start(string folder, string? configFile)
    {
        Forget(folder);
        string[] arguments = configFile is null ? ["train", "--resume", folder] : ["train", "--config", configFile, "--output", folder];
        ProcessStartInfo start = OperatingSystem.IsWindows() ? OnWindows(folder, arguments) : OnUnix(folder, arguments);
        start.WorkingDirectory = folder;
        start.UseShellExecute = false;
        // What the site's own settings say is nobody's business there.
        foreach (string name in start.Environment.Keys.Where(n => n.StartsWith("ASPNETCORE_", StringComparison.OrdinalIgnoreCase) || n.Contains("__", StringComparison.Ordinal)).ToArray()) start.Environment.Remove(name);
        Process child = Process.Start(start) ?? throw new InvalidOperationException("The trainer could not be started.");
        if (OperatingSystem.IsWindows()) File.WriteAllText(Path.Combine(folder, PidFile), child.Id.ToString(CultureInfo.InvariantCulture));
        return new TrainerProcess(folder, child, null);
    }

    /// <summary>Asks it to write a checkpoint and end; asked again as long as it lives, because a trainer forgets requests from before its start.</summary>
    public void Ask(RIL.Training.Runs.RunRequest request)
    {
        if (!File.Exists(Path.Combine(_folder, "control"))) RunControl.Send(_folder, request);
    }

    /// <summary>Ends it by force.</summary>
    public void Kill()
    {
        try
        {
            using Process process = Process.GetProcessById(Id ?? -1);
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // It has ended by itself.
        }
    }

    /// <summary>The last lines it printed.</summary>
    public static IReadOnlyList<string> LastLines(string folder, int count)
    {
        const int Bytes = 16 * 1024;
        string file = Log(folder);
        if (!File.Exists(file)) return [];
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        stream.Seek(-Math.Min(Bytes, stream.Length), SeekOrigin.End);
        using var reader = new StreamReader(stream);
        string[] lines = [.. reader.ReadToEnd().Split('\n', '\r').Select(l => l.TrimEnd()).Where(l => l.Length > 0)];
        return lines[Math.Max(0, lines.Length - count)..];
    }

    public void Dispose() => _child?.Dispose();

    private static (string File, string[] First) Program()
    {
        string beside = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "RIL.Training.exe" : "RIL.Training");
        return File.Exists(beside) ? (beside, []) : (Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet", [Path.Combine(AppContext.BaseDirectory, "RIL.Training.dll")]);
    }

    // The shell notes its number and start, and becomes the trainer. A session of its own: Ctrl-C in the site's terminal is for the site.
    private static ProcessStartInfo OnUnix(string folder, string[] arguments)
    {
        const string Script = """
            if [ -r "/proc/$$/stat" ]; then cat "/proc/$$/stat" > "$0.part"; else echo $$ > "$0.part"; fi
            mv "$0.part" "$0"
            log="$1"; shift
            exec "$@" >> "$log" 2>&1 < /dev/null
            """;
        (string program, string[] first) = Program();
        bool session = File.Exists("/usr/bin/setsid");
        var start = new ProcessStartInfo(session ? "/usr/bin/setsid" : "/bin/sh");
        string[] all = [.. (string[])(session ? ["/bin/sh"] : []), "-c", Script, Path.Combine(folder, PidFile), Log(folder), program, .. first, .. arguments];
        foreach (string argument in all) start.ArgumentList.Add(argument);
        return start;
    }

    private static ProcessStartInfo OnWindows(string folder, string[] arguments)
    {
        (string program, string[] first) = Program();
        string line = string.Join(' ', ((string[])[program, .. first, .. arguments]).Select(a => $"\"{a}\""));
        return new ProcessStartInfo("cmd.exe") { Arguments = $"/d /s /c \"{line} >> \"{Log(folder)}\" 2>&1 < nul\"", CreateNoWindow = true };
    }
}
