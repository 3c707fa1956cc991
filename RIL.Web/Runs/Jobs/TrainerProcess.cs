using System.Diagnostics;
using System.Globalization;
using RIL.Training.Runs;
using RIL.Web.Runs.Log;

namespace RIL.Web.Runs.Jobs;

/// <summary>
/// The trainer of a run: a process that outlives the site. It writes into the run folder alone (no pipe of ours that could break), under the number kept in
/// <c>trainer.pid</c>, which it writes itself: so it is found again even where the site was killed in the moment of starting it.
/// </summary>
internal sealed class TrainerProcess : IDisposable
{
    /// <summary>The note that it was the site itself which asked.</summary>
    public const string SiteFile = "trainer.asked-by-site";

    private const string PidFile = "trainer.pid";
    private readonly string _folder;
    private readonly Process? _child;
    private readonly ProcessIdentity? _identity;

    private TrainerProcess(string folder, Process? child, ProcessIdentity? identity) => (_folder, _child, _identity) = (folder, child, identity);

    /// <summary>Number of the process.</summary>
    public int? Id => _identity?.Id ?? _child?.Id;

    /// <summary>Whether it works.</summary>
    public bool IsAlive => _child is not null ? !_child.HasExited : _identity?.IsAlive == true;

    /// <summary>What it returned, 128 + N for a signal N; null where it was not started by this process of the site.</summary>
    public int? ExitCode => _child is { HasExited: true } ? _child.ExitCode : null;

    /// <summary>The trainer that works in a folder; null where none does.</summary>
    public static TrainerProcess? Find(string folder) =>
        ProcessIdentity.Read(Path.Combine(folder, PidFile)) is { } identity ? new TrainerProcess(folder, null, identity) : null;

    /// <summary>Forgets the trainer of an earlier attempt, so that a run that is to start is not taken for one that was started.</summary>
    public static void Forget(string folder)
    {
        if (!Directory.Exists(folder)) return;
        File.Delete(Path.Combine(folder, PidFile));
        File.Delete(Path.Combine(folder, SiteFile));
    }

    /// <summary>Whether the site itself asked the trainer of this attempt to pause, and no person.</summary>
    public static bool WasAskedBySite(string folder) => File.Exists(Path.Combine(folder, SiteFile));

    /// <summary>Whether a trainer was started since then; also by a process of the site that is gone.</summary>
    public static bool WasStarted(string folder) => File.Exists(Path.Combine(folder, PidFile));

    /// <summary>When the trainer of this attempt was started; null where none was.</summary>
    public static DateTimeOffset? StartedAt(string folder) => WasStarted(folder) ? File.GetLastWriteTimeUtc(Path.Combine(folder, PidFile)) : null;

    /// <summary>Starts it in a folder, from a configuration or on from its last checkpoint.</summary>
    public static TrainerProcess Start(string folder, string? configFile)
    {
        Forget(folder);
        TrainerOutput.BeginAttempt(folder);
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
        try
        {
            if (!File.Exists(Path.Combine(_folder, "control"))) RunControl.Send(_folder, request);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full disk takes no request either: it is asked again, and ended by force at last.
        }
    }

    /// <summary>Notes beside the request that it is the site's own and no person's: whichever process of the site finds the trainer ended knows that the run is to go on.</summary>
    public void NoteThatSiteAsks()
    {
        try
        {
            if (!WasAskedBySite(_folder)) File.WriteAllText(Path.Combine(_folder, SiteFile), "The site asked the trainer to pause; the run goes on by itself.\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Without the note a person has to resume the run; it is tried again as long as the trainer lives.
        }
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
        string[] all = [.. (string[])(session ? ["/bin/sh"] : []), "-c", Script, Path.Combine(folder, PidFile), TrainerOutput.PathIn(folder), program, .. first, .. arguments];
        foreach (string argument in all) start.ArgumentList.Add(argument);
        return start;
    }

    private static ProcessStartInfo OnWindows(string folder, string[] arguments)
    {
        (string program, string[] first) = Program();
        string line = string.Join(' ', ((string[])[program, .. first, .. arguments]).Select(a => $"\"{a}\""));
        return new ProcessStartInfo("cmd.exe") { Arguments = $"/d /s /c \"{line} >> \"{TrainerOutput.PathIn(folder)}\" 2>&1 < nul\"", CreateNoWindow = true };
    }
}
