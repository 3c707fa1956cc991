namespace RIL.Tests.Web.Runs.Metrics;

/// <summary>A metric as a plain list of all its values: what it says of them is what the database must say.</summary>
internal sealed class ValueList
{
    private readonly SortedDictionary<long, double> _values = [];

    public bool IsEmpty => _values.Count == 0;

    public long First => _values.Keys.First();

    public long Last => _values.Keys.Last();

    public void Set(long step, double value) => _values[step] = value;

    public void Rewind(long step)
    {
        foreach (long after in _values.Keys.Where(s => s > step).ToArray()) _values.Remove(after);
    }

    /// <summary>Count, those that are not a number, newest step, newest, smallest and largest value.</summary>
    public (long Count, long NotANumber, long LastStep, double? Last, double? Min, double? Max) Summary()
    {
        Piece all = Reduce(_values);
        double newest = _values[Last];
        return (all.Count, all.NotANumber, Last, double.IsNaN(newest) ? null : newest, all.Number?.Min.Value, all.Number?.Max.Value);
    }

    /// <summary>Every bucket of a width of a power of two that lies wholly before the newest value's.</summary>
    public IEnumerable<(long Bucket, Piece Values)> Buckets(int bits) => _values.Where(v => v.Key >> bits < Last >> bits).GroupBy(v => v.Key >> bits).Select(g => (g.Key, Reduce(g)));

    public (long Step, double Value)[] Range(long from, long to) => [.. _values.Where(v => v.Key >= from && v.Key <= to).Select(v => (v.Key, v.Value))];

    /// <summary>Pieces of a width, counted from step 0, that touch [from, to].</summary>
    public (long Start, Piece Values)[] Pieces(long from, long to, long width)
    {
        long Of(long step) => (long)Math.Floor((double)step / width);
        return [.. _values.Where(v => Of(v.Key) >= Of(from) && Of(v.Key) <= Of(to)).GroupBy(v => Of(v.Key)).Select(g => (g.Key * width, Reduce(g)))];
    }

    private static Piece Reduce(IEnumerable<KeyValuePair<long, double>> values)
    {
        KeyValuePair<long, double>[] all = [.. values], numbers = [.. all.Where(v => !double.IsNaN(v.Value))];
        (long, double) Of(KeyValuePair<long, double> v) => (v.Key, v.Value);
        return new Piece(
            all.Length, all.Length - numbers.Length, all[0].Key, all[^1].Key,
            numbers.Length == 0 ? null : (Of(numbers[0]), Of(numbers.MinBy(v => v.Value)), Of(numbers.MaxBy(v => v.Value)), Of(numbers[^1])));
    }
}

/// <summary>Some values of a metric.</summary>
/// <param name="Count">How many.</param>
/// <param name="NotANumber">How many are not a number.</param>
/// <param name="FirstStep">Step of the first.</param>
/// <param name="LastStep">Step of the last.</param>
/// <param name="Number">First, smallest, largest and last of those that are numbers, each with the first step at which it was.</param>
internal sealed record Piece(
    int Count, int NotANumber, long FirstStep, long LastStep, ((long Step, double Value) First, (long Step, double Value) Min, (long Step, double Value) Max, (long Step, double Value) Last)? Number)
{
    /// <summary>What a chart shows of it, in the order of steps.</summary>
    public IEnumerable<(long Step, double Value)> Shown() => Number is { } n ? new[] { n.First, n.Min, n.Max, n.Last }.DistinctBy(v => v.Step).OrderBy(v => v.Step) : [(FirstStep, double.NaN)];
}
