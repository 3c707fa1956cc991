using Microsoft.EntityFrameworkCore;
using RIL.Tests.Web.Runs.Ingest;
using RIL.Training.Runs;
using RIL.Web.Data;
using RIL.Web.Runs.Metrics;

namespace RIL.Tests.Web.Runs.Metrics;

/// <summary>
/// Whatever comes (late and repeated steps, values that are not numbers, negative steps, returns to a checkpoint, at edges of buckets above all), summaries, pyramid and charts say what a plain list of all values says.
/// </summary>
public sealed class MetricPropertyTests
{
    private const int Rounds = 18;
    private static readonly string[] Names = ["loss", "reward", "num_tokens"];

    private readonly Dictionary<string, ValueList> _expected = Names.ToDictionary(n => n, _ => new ValueList());
    private readonly SortedDictionary<long, (DateTimeOffset Time, double? Tokens)> _axis = [];
    private long _head, _widest;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task WhateverComes_TheDatabaseSaysWhatAPlainListSays(int seed)
    {
        var random = new Random(seed);
        using var run = new WrittenRun();
        _head = random.Next(-300, 100);
        for (int round = 0; round < Rounds; round++)
        {
            for (int part = random.Next(1, 4); part > 0; part--) Write(run, random, round);
            await run.Read();
            CheckSummaries(run);
            CheckBuckets(run);
            foreach (string name in Names)
            {
                CheckSeries(run, name, null, null, random.Next(1, 60));
                CheckSeries(run, name, null, null, 3);
                long middle = random.NextInt64(-300, _head + 1), span = random.NextInt64(0, 20_000);
                CheckSeries(run, name, middle - span, middle + span, random.Next(1, 30));
            }
        }
        Assert.True(_widest >= 1 << Pyramid.Bits(2), "No chart was wide enough to be put together from the third level of the pyramid.");
    }

    private void Write(WrittenRun run, Random random, int round)
    {
        switch (round == Rounds - 1 ? 0 : random.Next(8))
        {
            case 0 or 1 or 2 or 3:
                int stride = round == Rounds - 1 ? 1000 : random.GetItems([1, 1, 1, 3, 17, 64, 700], 1)[0];
                for (int i = random.Next(60, 250); i > 0; i--) Write(run, random, _head += stride);
                break;
            case 4 or 5:
                for (int i = random.Next(1, 20); i > 0; i--) Write(run, random, random.NextInt64(Math.Min(-300, _head), _head + 1));
                break;
            case 6:
                int bits = Pyramid.Bits(random.Next(3));
                long edge = (random.NextInt64(0, Math.Max(_head, 1)) >> bits << bits) + random.Next(-1, 2);
                long step = random.Next(3) == 0 ? random.NextInt64(-300, Math.Max(_head, 0) + 1) : edge;
                run.Write(new ResumedEvent(1, step, "checkpoint-" + step, "cpu"));
                Rewind(step);
                break;
            default:
                if (random.Next(3) > 0) break;
                run.Write(new ResumedEvent(0, 0, null, "cpu"));
                Rewind(long.MinValue);
                break;
        }
    }

    private void Rewind(long step)
    {
        foreach (ValueList list in _expected.Values) list.Rewind(step);
        foreach (long after in _axis.Keys.Where(s => s > step).ToArray()) _axis.Remove(after);
        _head = Math.Max(Math.Min(_head, step), -300);
    }

    private void Write(WrittenRun run, Random random, long step)
    {
        (string Name, double Value)[] values = [.. Names.Where(_ => random.Next(4) > 0).Select(n => (n, random.Next(12) switch { 0 => double.NaN, 1 => double.PositiveInfinity, int v => v - 4 + (random.Next(50) == 0 ? 1000 * random.NextDouble() : 0) }))];
        run.Write(step, values);
        foreach ((string name, double value) in values) _expected[name].Set(step, double.IsFinite(value) ? value : double.NaN);
        double? tokens = values.Where(v => v.Name == "num_tokens" && double.IsFinite(v.Value)).Select(v => (double?)v.Value).FirstOrDefault();
        _axis[step] = _axis.TryGetValue(step, out var before) ? (before.Time, tokens ?? before.Tokens) : (WrittenRun.Time(run.Number), tokens);
    }

    private void CheckSummaries(WrittenRun run)
    {
        using RilDb db = run.Database;
        var stored = db.Metrics.AsNoTracking().Where(m => m.RunId == run.Id).ToDictionary(m => m.Name, m => (m.Count, m.NotANumber, m.LastStep, m.Last, m.Min, m.Max));
        Assert.Equal(_expected.Where(e => !e.Value.IsEmpty).ToDictionary(e => e.Key, e => e.Value.Summary()), stored);
    }

    private void CheckBuckets(WrittenRun run)
    {
        using RilDb db = run.Database;
        foreach ((string name, long id) in db.Metrics.Where(m => m.RunId == run.Id).Select(m => new ValueTuple<string, long>(m.Name, m.Id)).ToArray())
        {
            MetricBucket[] stored = [.. db.MetricBuckets.AsNoTracking().Where(b => b.MetricId == id).OrderBy(b => b.Level).ThenBy(b => b.Bucket)];
            Assert.Equal(
                Enumerable.Range(0, Pyramid.Levels).SelectMany(level => _expected[name].Buckets(Pyramid.Bits(level)).Select(b => (level, b.Bucket, b.Values))),
                stored.Select(b => (b.Level, b.Bucket, new Piece(
                    b.Count, b.NotANumber, b.FirstStep, b.LastStep,
                    b.First is null ? null : ((b.FirstStep, b.First.Value), (b.MinStep, b.Min!.Value), (b.MaxStep, b.Max!.Value), (b.LastStep, b.Last!.Value))))),
                Same);
        }
        Assert.Equal(0, db.MetricBuckets.Count(b => !db.Metrics.Any(m => m.Id == b.MetricId)));
        Assert.Equal(0, db.MetricPoints.Count(p => !db.Metrics.Any(m => m.Id == p.MetricId)));

        // First and last step of a bucket are those of its numbers, where it has any.
        static bool Same((int Level, long Bucket, Piece Values) a, (int Level, long Bucket, Piece Values) b) =>
            (a.Level, a.Bucket, a.Values.Count, a.Values.NotANumber, a.Values.Number) == (b.Level, b.Bucket, b.Values.Count, b.Values.NotANumber, b.Values.Number)
            && (a.Values.Number is not null || (a.Values.FirstStep, a.Values.LastStep) == (b.Values.FirstStep, b.Values.LastStep));
    }

    private void CheckSeries(WrittenRun run, string name, long? wantedFrom, long? wantedTo, int buckets)
    {
        MetricSeries series = run.Store.Read(run.Id, name, wantedFrom, wantedTo, buckets);
        ValueList list = _expected[name];
        (long from, long to) = list.IsEmpty ? (0, -1) : (Math.Max(wantedFrom ?? list.First, list.First), Math.Min(wantedTo ?? list.Last, list.Last));
        Assert.All(series.Points, p => Assert.Equal((_axis[p.Step].Time, _axis[p.Step].Tokens), (DateTimeOffset.FromUnixTimeMilliseconds((long)p.Time), double.IsNaN(p.Tokens) ? null : p.Tokens)));
        if (!series.Reduced)
        {
            (long Step, double Value)[] all = list.Range(from, to);
            Assert.Equal(all, series.Points.Select(p => (p.Step, p.Value)));
            Assert.Equal(all.Length, series.Total);
            Assert.Equal(all.Where(v => double.IsNaN(v.Value)).Select(v => (v.Step, 1L)), series.NotNumbers);
            Assert.True(all.Length <= 4 * buckets, "As many values as these had to be reduced.");
            return;
        }
        _widest = Math.Max(_widest, series.Width);
        (long Start, Piece Values)[] pieces = list.Pieces(from, to, series.Width);
        Assert.Equal(pieces.SelectMany(p => p.Values.Shown()), series.Points.Select(p => (p.Step, p.Value)));
        // Pieces at the ends may hold values beyond the range, which are drawn and not counted.
        Assert.Equal(list.Range(from, to).Length, series.Total);
        Assert.True(series.Total > 4 * buckets, "As few values as these need no reduction.");
        (long Start, long Count)[] marks = [.. pieces.Where(p => p.Values.NotANumber > 0).Select(p => (p.Start, (long)p.Values.NotANumber))];
        Assert.Equal(marks, series.NotNumbers.Select(m => ((long)Math.Floor((double)m.Step / series.Width) * series.Width, m.Count)));
    }
}
