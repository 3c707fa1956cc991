namespace RIL.Web.Runs.Metrics;

/// <summary>Levels of <see cref="MetricBucket"/>: a bucket of level k covers 64 · 16^k steps, counted from step 0.</summary>
internal static class Pyramid
{
    /// <summary>Levels; the coarsest covers 67 million steps a bucket.</summary>
    public const int Levels = 6;

    private const int FinestBits = 6, BitsALevel = 4;

    /// <summary>The power of two that a level's buckets cover.</summary>
    public static int Bits(int level) => FinestBits + BitsALevel * level;

    /// <summary>The bucket of a step.</summary>
    public static long Bucket(long step, int level) => step >> Bits(level);

    /// <summary>The first step of a bucket.</summary>
    public static long Start(long bucket, int level) => bucket << Bits(level);

    /// <summary>
    /// Ranges of steps, each [From, To) read from one level (-1 = points), which together cover [from, to) when <paramref name="last"/> is the metric's newest step: as coarse as <paramref name="level"/>
    /// where that level has been written, finer for what is newer. <paramref name="from"/> must be where a bucket of the level begins.
    /// </summary>
    public static IEnumerable<(int Level, long From, long To)> Cover(int level, long from, long to, long last)
    {
        for (int k = level; k >= 0 && from < to; k--)
        {
            long written = Math.Min(Start(Bucket(last, k), k), Start(Bucket(to, k), k));
            if (written <= from) continue;
            yield return (k, from, written);
            from = written;
        }
        if (from < to) yield return (-1, from, to);
    }
}
