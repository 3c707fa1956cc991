using System.Diagnostics;
using System.Text.Json.Nodes;
using RIL.Training.Configuration;
using RIL.Training.Preflight;
using RIL.Training.Runs;

namespace RIL.Training.Studies;

/// <summary>
/// Runs the arms of a study, each in a process of its own, some side by side; what is complete is not run again, what was interrupted goes
/// on.
/// </summary>
internal sealed class StudyRunner(Study study, string folder, IReadOnlyList<SettingsLayer> overrides,
    IReadOnlyList<string> runtime, TextWriter output)
{
    private readonly Lock _lock = new();

    /// <summary>Runs what is missing; throws after the others are through when one fails.</summary>
    public void Run(IReadOnlyList<int> seeds, IReadOnlyList<StudyArm> arms, int parallel)
    {
        // Checked before the first run, not when its turn comes.
        var jobs = (from seed in seeds from arm in arms
            select (Seed: seed, Arm: arm, Config: study.Configure(arm, seed, folder, overrides))).ToList();
        // Arms start from one another, so the study's folder may hold what they read.
        OutputPlaces.RequireApart("--output", folder, jobs.SelectMany(j => OutputPlaces.Inputs(j.Config)), mayHold: true);
        OutputPlaces.RequireEmpty("--output", folder, "a study", name => name.StartsWith("seed-", StringComparison.Ordinal)
            || name is "results.csv" or "results.md" or "control" || name.EndsWith(".log", StringComparison.Ordinal));
        foreach (var job in jobs) CheckUnchanged(job.Config);
        var done = new HashSet<(int, string)>();
        var failed = new List<string>();
        using var control = new RunControl(Directory.CreateDirectory(folder).FullName);
        using var slots = new SemaphoreSlim(parallel);
        var running = new List<Task>();
        while (jobs.Count > 0 && control.Requested == RunRequest.None && failed.Count == 0)
        {
            slots.Wait();
            if (control.Requested != RunRequest.None || failed.Count > 0) break; // asked while this waited
            lock (_lock)
            {
                int next = jobs.FindIndex(j => j.Arm.From is null || done.Contains((j.Seed, j.Arm.From))
                    || arms.All(a => a.Name != j.Arm.From));
                if (next >= 0)
                {
                    var job = jobs[next];
                    jobs.RemoveAt(next);
                    running.Add(Task.Run(() => Start(job.Seed, job.Arm, job.Config)));
                    continue;
                }
            }
            slots.Release();
            Task[] going = [.. running.Where(t => !t.IsCompleted)];
            if (going.Length == 0) break;
            Task.WaitAny(going); // what others start from is still running
        }
        Task.WaitAll([.. running]);
        if (failed.Count > 0) throw new InputException(string.Join('\n', failed));
        if (control.Requested != RunRequest.None) throw new OperationCanceledException();

        void Start(int seed, StudyArm arm, RunConfig config)
        {
            try
            {
                string? failure = Train(seed, arm, config, control);
                lock (_lock)
                {
                    if (failure is null) done.Add((seed, arm.Name));
                    else failed.Add(failure);
                }
            }
            catch (Exception e)
            {
                lock (_lock) failed.Add($"arm {arm.Name}, seed {seed}: {e.Message}");
            }
            finally
            {
                slots.Release();
            }
        }
    }

    // One run in a child process; null, or why it failed.
    private string? Train(int seed, StudyArm arm, RunConfig config, RunControl control)
    {
        var run = new RunFolder(config.OutputDir!);
        if (!StudyResults.IsComplete(run))
        {
            List<string> arguments = ["train", "--json", .. runtime];
            if (File.Exists(run.Config) && File.Exists(run.Events)) arguments.AddRange(["--resume", run.Root]);
            else
            {
                // a start that did not get as far as its first event
                if (Directory.Exists(run.Root)) Directory.Delete(run.Root, recursive: true);
                string file = Path.Combine(Directory.CreateDirectory(Path.GetDirectoryName(run.Root)!).FullName, arm.Name + ".json");
                File.WriteAllText(file, RunConfigDocument.WriteJson(config));
                arguments.AddRange(["--config", file]);
            }
            using Process process = Process.Start(Program(arguments))!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            bool asked = false;
            while (process.StandardOutput.ReadLine() is not null)
            {
                if (asked || control.Requested == RunRequest.None) continue;
                RunControl.Send(run.Root, control.Requested);
                asked = true;
            }
            process.WaitForExit();
            if (process.ExitCode == ExitCodes.Stopped)
                return control.Requested == RunRequest.None
                ? $"arm {arm.Name}, seed {seed}: the run was stopped; the same command goes on with it." : null;
            if (process.ExitCode != 0) return $"arm {arm.Name}, seed {seed}: {errors.Result.TrimEnd()}";
        }
        StudyRow row = StudyResults.Read(arm, seed, run);
        lock (_lock) output.WriteLine(
            FormattableString.Invariant($"seed {seed}  {arm.Title,-40} {100 * row.Result.Accuracy,5:0.0} %  {row.TrainSeconds,6:0} s")
            + (row.Result.Undecided > 0 ? $"  ({row.Result.Undecided} of {row.Result.Questions} questions undecided)" : ""));
        return null;
    }

    // A run that is complete, or under way, must be the run that would be started now.
    private static void CheckUnchanged(RunConfig config)
    {
        string file = new RunFolder(config.OutputDir!).Config;
        if (!File.Exists(file)) return;
        JsonObject now = RunConfigDocument.Write(config),
            was = RunConfigDocument.Write(RunConfigDocument.Bind(RunConfigDocument.ReadFile(file)));
        foreach (Setting setting in Setting.All.Where(s => !s.MayChange))
            if (!JsonNode.DeepEquals(now[setting.Key], was[setting.Key]))
                throw new InputException($"{config.OutputDir}: it was run with {setting.Key} {was[setting.Key]?.ToJsonString() ?? "null"} "
                    + $"and would now be {now[setting.Key]?.ToJsonString() ?? "null"}; remove the folder to run it again, or choose "
                    + $"another --output.");
    }

    private static ProcessStartInfo Program(IReadOnlyList<string> arguments)
    {
        string host = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "RIL.Training.exe" : "RIL.Training");
        string[] command = File.Exists(host) ? [host] : ["dotnet", Path.Combine(AppContext.BaseDirectory, "RIL.Training.dll")];
        return new ProcessStartInfo(command[0], [.. command.Skip(1), .. arguments])
            { RedirectStandardOutput = true, RedirectStandardError = true };
    }
}
