using System.Diagnostics;
using System.Text.RegularExpressions;

namespace RIL.Tests.Web.Jobs;

/// <summary>The site as a process of its own, so that it can be killed.</summary>
internal sealed partial class SiteProcess : IDisposable
{
    private readonly Process _process;

    private SiteProcess(Process process, Uri address, string? link) => (_process, Address, Link) = (process, address, link);

    public Uri Address { get; }

    /// <summary>The process.</summary>
    public int Id => _process.Id;

    /// <summary>The link for the first administrator; null where there is one.</summary>
    public string? Link { get; }

    /// <summary>Starts it on a port of its choice and waits until it says it answers. The browser is told what went wrong in the site, so that a failed test says it too.</summary>
    public static Task<SiteProcess> Start(string folder, params string[] settings)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = SiteFixture.Root(),
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "RIL.Web.dll"), "--urls=http://127.0.0.1:0", $"--Storage:Folder={folder}", "--Runs:Quickstart=false", "--Accounts:AttemptsPerMinute=1000", "--DetailedErrors=true" },
        };
        foreach (string setting in settings) start.ArgumentList.Add("--" + setting);
        return Start(start);
    }

    /// <summary>Starts it in a way of the test's own.</summary>
    public static async Task<SiteProcess> Start(ProcessStartInfo start)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        Process process = Process.Start(start)!;
        var said = new List<string>();
        Uri? address = null;
        string? link = null;
        var started = new TaskCompletionSource();
        void Hear(string? line)
        {
            if (line is null) return;
            lock (said) said.Add(line);
            if (Listening().Match(line) is { Success: true } at) address = new Uri(at.Groups[1].Value);
            if (StartLink().Match(line) is { Success: true } found) link = found.Value;
            if (line.Contains("Application started", StringComparison.Ordinal)) started.TrySetResult();
        }
        process.OutputDataReceived += (_, e) => Hear(e.Data);
        process.ErrorDataReceived += (_, e) => Hear(e.Data);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => started.TrySetException(new InvalidOperationException("The site ended: " + string.Join('\n', said)));
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await started.Task.WaitAsync(TimeSpan.FromMinutes(1));
        }
        catch
        {
            if (!process.HasExited) process.Kill();
            process.Dispose();
            throw;
        }
        return new SiteProcess(process, address!, link);
    }

    /// <summary>kill -9, the site alone.</summary>
    public void Kill()
    {
        _process.Kill(entireProcessTree: false);
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
    }

    [GeneratedRegex("Now listening on: (http://\\S+)")]
    private static partial Regex Listening();

    [GeneratedRegex("/start/\\S+")]
    private static partial Regex StartLink();
}
