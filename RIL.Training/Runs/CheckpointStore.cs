using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using RIL.Training.Safetensors;

namespace RIL.Training.Runs;

/// <summary>
/// The checkpoints of a run folder. Each is written beside, flushed, listed with hashes and renamed, so that a folder called checkpoint-N
/// is complete or was damaged later, which its hashes show.
/// </summary>
/// <param name="runFolder">The run folder.</param>
/// <param name="keep">Checkpoints to keep; null = all.</param>
public sealed class CheckpointStore(string runFolder, int? keep)
{
    // What this process found of a checkpoint, by folder: hashing gigabytes once is enough while the files stay as they are.
    private static readonly ConcurrentDictionary<string, (string Outside, string? Problem)> Looked = new(StringComparer.Ordinal);

    private const string Prefix = "checkpoint-", Beside = ".tmp-", Replaced = ".old-", StateFile = "trainer_state.json";

    /// <summary>Removes what a process left that ended in the middle of a save; only the run's one writer may call it.</summary>
    public void CleanUp()
    {
        if (!Directory.Exists(runFolder)) return;
        foreach (string unfinished in Directory.EnumerateDirectories(runFolder, Beside + Prefix + "*"))
            Directory.Delete(unfinished, recursive: true);
        foreach (string replaced in Directory.EnumerateDirectories(runFolder, Replaced + Prefix + "*"))
        {
            string name = Path.Combine(runFolder, Path.GetFileName(replaced)[Replaced.Length..]);
            if (Directory.Exists(name)) Directory.Delete(replaced, recursive: true);
            else Directory.Move(replaced, name);
        }
    }

    /// <summary>
    /// Saves a checkpoint and removes the oldest beyond the limit; where the disk is full, nothing half-written stays and the last good
    /// one is named.
    /// </summary>
    /// <param name="step">The run's step, counted over all stages.</param>
    /// <param name="events">Number of the last event that belongs to the checkpoint.</param>
    /// <param name="content">What is saved.</param>
    /// <returns>The checkpoint's folder.</returns>
    public string Save(long step, long events, CheckpointContent content)
    {
        string name = Prefix + step.ToString(CultureInfo.InvariantCulture);
        string beside = Path.Combine(runFolder, Beside + name), final = Path.Combine(runFolder, name),
            replaced = Path.Combine(runFolder, Replaced + name);
        try
        {
            Directory.CreateDirectory(beside);
            Write(beside, step, events, content);
            Durable.Flush(beside);
            CheckpointManifest.Write(beside);
            if (Directory.Exists(final)) Directory.Move(final, replaced);
            Directory.Move(beside, final);
            Durable.FlushNames(runFolder);
            if (Directory.Exists(replaced)) Directory.Delete(replaced, recursive: true);
            Looked[Path.GetFullPath(final)] = (CheckpointManifest.Outside(final), null);
        }
        catch (IOException e) when (DiskFull.Is(e))
        {
            if (Directory.Exists(beside)) Directory.Delete(beside, recursive: true);
            throw new InputException($"{final}: the disk is full ({e.Message}); {LastGoodSentence()} Free some space and go on with "
                + $"--resume.", e);
        }
        Prune(step);
        return final;
    }

    /// <summary>
    /// Opens one checkpoint; throws <see cref="InputException"/> that names the last good one where this one is damaged.
    /// </summary>
    public Checkpoint Load(string folder)
    {
        if (Problem(folder) is { } problem)
            throw new InputException($"{folder}: the checkpoint is damaged: {problem}; {LastGoodSentence()}");
        JsonObject state = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, StateFile)))!.AsObject();
        return new Checkpoint(folder, state["global_step"]!.GetValue<long>(), state["events"]!.GetValue<long>(), state);
    }

    /// <summary>
    /// The newest checkpoint that is whole, or null; <paramref name="damaged"/> names newer ones that are not, each with its reason.
    /// </summary>
    public Checkpoint? LoadLatest(out IReadOnlyList<string> damaged)
    {
        var refused = new List<string>();
        damaged = refused;
        foreach (string folder in Folders())
        {
            if (Problem(folder) is not { } problem) return Load(folder);
            refused.Add($"{Path.GetFileName(folder)} is damaged: {problem}");
        }
        return null;
    }

    /// <summary>Folder of the newest checkpoint that is whole, or null.</summary>
    public string? LastGood() => Folders().FirstOrDefault(f => Problem(f) is null);

    /// <summary>
    /// Folder of the newest checkpoint that seems whole, or null: one that this process has not looked at yet is judged by the names and
    /// sizes of its files, which takes no time.
    /// </summary>
    public string? LastComplete() => Folders().FirstOrDefault(f =>
        (Known(f, out string? problem) ? problem : CheckpointManifest.Problem(f, hashes: false)) is null);

    /// <summary>A clause that tells where a run can go on: for messages.</summary>
    public string LastGoodSentence() => LastGood() is { } good ? $"the last good checkpoint is {good}."
        : "there is no good checkpoint yet.";

    private static string? Problem(string folder)
    {
        if (Known(folder, out string? problem)) return problem;
        string outside = CheckpointManifest.Outside(folder);
        problem = CheckpointManifest.Problem(folder);
        if (outside.Length > 0) Looked[Path.GetFullPath(folder)] = (outside, problem);
        return problem;
    }

    private static bool Known(string folder, out string? problem)
    {
        bool known = Looked.TryGetValue(Path.GetFullPath(folder), out (string Outside, string? Problem) seen)
            && seen.Outside == CheckpointManifest.Outside(folder);
        problem = known ? seen.Problem : null;
        return known;
    }

    private static void Write(string folder, long step, long events, CheckpointContent content)
    {
        content.WriteStudent(folder);
        foreach ((string file, var tensors) in content.Tensors) SafetensorsWriter.Write(Path.Combine(folder, file), tensors);
        var state = (JsonObject)FiniteNumbers.Clean(content.State)!;
        state["global_step"] = step;
        state["events"] = events;
        Durable.WriteText(Path.Combine(folder, StateFile), state.ToJsonString(new() { WriteIndented = true }) + "\n");
    }

    // The one just written is whole; of the others, those of a course that was given up (later steps) go first, then the oldest.
    private void Prune(long written)
    {
        if (keep is not { } limit) return;
        var others = Folders().Where(f => Step(f) != written).OrderByDescending(f => Step(f) < written).ThenByDescending(Step);
        foreach (string folder in others.Skip(limit - 1))
        {
            // A delete that is interrupted must not leave a folder that looks like a checkpoint.
            string leaving = Path.Combine(runFolder, Beside + Path.GetFileName(folder));
            Directory.Move(folder, leaving);
            Directory.Delete(leaving, recursive: true);
        }
    }

    private IEnumerable<string> Folders() => Directory.Exists(runFolder)
        ? Directory.EnumerateDirectories(runFolder, Prefix + "*").Where(f => Step(f) >= 0).OrderByDescending(Step)
        : [];

    private static long Step(string folder) =>
        long.TryParse(Path.GetFileName(folder).AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long step)
            ? step : -1;
}
