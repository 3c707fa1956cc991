using RIL.Training.Randomness;

namespace RIL.Training.Datasets;

/// <summary>
/// In which order rows are visited: every epoch is a shuffle of its own that depends on the seed and the epoch alone, so a run goes on
/// from a cursor, a single number. Not for several threads at once.
/// </summary>
public sealed class EpochOrder
{
    private const ulong Stream = 0x6F72646572; // apart from other users of the same seed

    private readonly ulong _seed;
    private readonly int[] _order;
    private long _epoch = -1;

    /// <summary>An order over <paramref name="count"/> rows.</summary>
    public EpochOrder(int count, ulong seed)
    {
        if (count < 1) throw new InputException("There are no rows to visit; expected a data set with at least one.");
        _seed = seed ^ Stream;
        _order = new int[count];
    }

    /// <summary>Rows in an epoch.</summary>
    public int Count => _order.Length;

    /// <summary>The row at a cursor: position cursor mod count of epoch cursor / count.</summary>
    public int this[long cursor]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(cursor);
            long epoch = cursor / Count;
            if (epoch != _epoch) Shuffle(epoch);
            return _order[cursor % Count];
        }
    }

    /// <summary>
    /// The rows at a cursor and after it; the next call goes on at cursor + <paramref name="size"/>. A batch may reach into the next
    /// epoch.
    /// </summary>
    public int[] Take(long cursor, int size) => [.. Enumerable.Range(0, size).Select(i => this[cursor + i])];

    private void Shuffle(long epoch)
    {
        for (int i = 0; i < Count; i++) _order[i] = i;
        for (int i = Count - 1; i > 0; i--)
        {
            int j = (int)(CounterRandom.Uniform(_seed, epoch, i, 0, 0) * (i + 1));
            (_order[i], _order[j]) = (_order[j], _order[i]);
        }
        _epoch = epoch;
    }
}
