namespace RIL.Web.Runs.Metrics;

/// <summary>Exponential moving average without the pull of its start: the mean of the values so far, each of which weighs <paramref name="share"/> times what the next one does. What is not finite is left out.</summary>
/// <param name="share">Share of the past, 0 to below 1.</param>
internal struct MovingAverage(double share)
{
    private double _sum, _weight;

    /// <summary>The mean; not-a-number before the first value.</summary>
    public readonly double Value => _weight > 0 ? _sum / _weight : double.NaN;

    /// <summary>Values back from which on nothing is left that would be seen.</summary>
    public static long Reach(double share) => (long)Math.Ceiling(Math.Log(1e-12) / Math.Log(share));

    public void Add(double value)
    {
        if (!double.IsFinite(value)) return;
        _sum = _sum * share + value;
        _weight = _weight * share + 1;
    }
}
