using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using RIL.Training.Configuration;
using RIL.Training.Runs;
using RIL.Web.Data;

namespace RIL.Web.Runs.Completions;

/// <summary>A step whose completions were kept.</summary>
/// <param name="Step">The run's step.</param>
/// <param name="Rows">Completions in it.</param>
public sealed record KeptStep(long Step, int Rows);

/// <summary>Reads what runs kept of their completions; the steps looked at last stay in memory.</summary>
public sealed class CompletionReader(Storage storage, IDbContextFactory<RilDb> databases, CompletionExamples examples)
{
    private const int MostKept = 48;

    private readonly Lock _lock = new();
    private readonly LinkedList<(string File, DateTime Written, IReadOnlyList<CompletionGroup> Groups)> _kept = [];

    /// <summary>Steps of a run with completions, in order.</summary>
    public async Task<IReadOnlyList<KeptStep>> Steps(string runId)
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        return await db.CompletionSteps.Where(c => c.RunId == runId).OrderBy(c => c.Step).Select(c => new KeptStep(c.Step, c.Rows)).ToListAsync();
    }

    /// <summary>The questions of a step; null where its file does not exist.</summary>
    public async Task<IReadOnlyList<CompletionGroup>?> Read(Run run, long step)
    {
        string path = PathOf(run.Id, step);
        var file = new FileInfo(path);
        if (step < 0 || !file.Exists) return null;
        if (Kept(path, file.LastWriteTimeUtc) is { } kept) return kept;
        RunConfig config = ConfigOf(run);
        IReadOnlyList<CompletionGroup> groups = CompletionGrouping.Of(await CompletionFile.Read(path), config, (prompt, images) => examples.Find(config, prompt, images));
        Keep(path, file.LastWriteTimeUtc, groups);
        return groups;
    }

    /// <summary>A picture of a question: its bytes, or null.</summary>
    public async Task<byte[]?> Picture(Run run, long step, int group, int index)
    {
        if (await Read(run, step) is not { } groups || group < 0 || group >= groups.Count) return null;
        CompletionGroup asked = groups[group];
        if (index < 0 || index >= asked.Images.Count) return null;
        return examples.Find(ConfigOf(run), asked.Prompt, asked.Images) is { } example && index < example.Images.Count ? example.Images[index].Read() : null;
    }

    /// <summary>Where a step's file lies; made from the number alone, whatever the run's events call it.</summary>
    internal string PathOf(string runId, long step) => Path.Combine(storage.Run(runId), RunFolder.Completions(step));

    private static RunConfig ConfigOf(Run run) => RunConfigDocument.Bind(new SettingsLayer(run.Name, JsonNode.Parse(run.Config)!.AsObject()));

    private IReadOnlyList<CompletionGroup>? Kept(string path, DateTime written)
    {
        lock (_lock)
        {
            for (var node = _kept.First; node is not null; node = node.Next)
            {
                if (node.Value.File != path || node.Value.Written != written) continue;
                _kept.Remove(node);
                _kept.AddFirst(node);
                return node.Value.Groups;
            }
            return null;
        }
    }

    private void Keep(string path, DateTime written, IReadOnlyList<CompletionGroup> groups)
    {
        lock (_lock)
        {
            _kept.AddFirst((path, written, groups));
            if (_kept.Count > MostKept) _kept.RemoveLast();
        }
    }
}
