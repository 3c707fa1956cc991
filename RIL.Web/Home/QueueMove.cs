using RIL.Web.Runs.Jobs;

namespace RIL.Web.Home;

/// <summary>Where a waiting run goes when it is moved by keys, buttons or dragging, in the words of <see cref="QueueService.Move"/>.</summary>
public static class QueueMove
{
    /// <summary>The run to stand before after a move by some places (negative = up); false where it is at that end already. Null = last.</summary>
    public static bool By(IReadOnlyList<WaitingRun> queue, string id, int places, out string? before)
    {
        before = null;
        int at = IndexOf(queue, id), to = Math.Clamp(at + places, 0, queue.Count - 1);
        if (at < 0 || to == at) return false;
        before = Before(queue, at, to);
        return true;
    }

    /// <summary>The run to stand before after being dropped on another one: it takes that one's place.</summary>
    public static bool Onto(IReadOnlyList<WaitingRun> queue, string id, string target, out string? before)
    {
        before = null;
        int at = IndexOf(queue, id), to = IndexOf(queue, target);
        if (at < 0 || to < 0 || at == to) return false;
        before = Before(queue, at, to);
        return true;
    }

    private static string? Before(IReadOnlyList<WaitingRun> queue, int at, int to)
    {
        int right = to < at ? to : to + 1;
        return right < queue.Count ? queue[right].Id : null;
    }

    private static int IndexOf(IReadOnlyList<WaitingRun> queue, string id)
    {
        for (int i = 0; i < queue.Count; i++)
            if (queue[i].Id == id) return i;
        return -1;
    }
}
