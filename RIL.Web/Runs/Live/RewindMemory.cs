using System.Collections.Concurrent;

namespace RIL.Web.Runs.Live;

/// <summary>To which steps runs went back, and after which event: a reader that was away then holds values that are void.</summary>
internal sealed class RewindMemory
{
    private const int Most = 32;
    private readonly ConcurrentDictionary<string, List<(long Event, long Step)>> _rewinds = new();

    public void Add(string runId, long atEvent, long step)
    {
        List<(long Event, long Step)> rewinds = _rewinds.GetOrAdd(runId, _ => []);
        lock (rewinds)
        {
            rewinds.Add((atEvent, step));
            // Two old ones say as much as one that went back further.
            if (rewinds.Count > Most) rewinds[0] = (rewinds[1].Event, Math.Min(rewinds[0].Step, rewinds[1].Step));
            if (rewinds.Count > Most) rewinds.RemoveAt(1);
        }
    }

    public long? Since(string runId, long lastEvent)
    {
        if (!_rewinds.TryGetValue(runId, out List<(long Event, long Step)>? rewinds)) return null;
        lock (rewinds)
        {
            long? least = null;
            foreach ((long atEvent, long step) in rewinds)
            {
                if (atEvent > lastEvent) least = Math.Min(least ?? step, step);
            }
            return least;
        }
    }
}
