using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using RIL.Training.Runs;
using RIL.Web.Data;
using RIL.Web.Runs;
using RIL.Web.Runs.Ingest;
using RIL.Web.Runs.Live;
using RIL.Web.Runs.Metrics;

namespace RIL.Tests.Web.Runs.Ingest;

/// <summary>A run whose <c>events.jsonl</c> a test writes byte by byte, and the database into which it is read.</summary>
internal sealed class WrittenRun : IDisposable
{
    public static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    private readonly RunPageBench _bench = new();
    private readonly Run _run;
    private readonly SqliteConnections _connections;

    public WrittenRun()
    {
        _run = _bench.Add(RunState.Running);
        _connections = new SqliteConnections(_bench.Storage);
        Store = new MetricStore(_bench, _connections);
    }

    public string Id => _run.Id;

    public string File => new RunFolder(_bench.Storage.Run(Id)).Events;

    /// <summary>Number of the last event written.</summary>
    public long Number { get; set; }

    public WriteGate Gate { get; } = new();

    public RunFeed Feed { get; } = new(TimeProvider.System, NullLogger<RunFeed>.Instance);

    public MetricStore Store { get; }

    public RilDb Database => _bench.CreateDbContext();

    /// <summary>A reader that knows nothing but the database, as after a restart of the site.</summary>
    public EventIngest Reader => new(_bench.Storage, _connections, Gate, Feed);

    public void Dispose() => _bench.Dispose();

    /// <summary>Bytes as they are.</summary>
    public void Write(string text) => System.IO.File.AppendAllText(File, text);

    /// <summary>An event as the trainer writes it; gives its number.</summary>
    public long Write(RunEvent happened)
    {
        Write((happened with { Number = ++Number, Time = Time(Number) }).ToLine() + "\n");
        return Number;
    }

    /// <summary>Metrics of a step; what is not finite is written as Python does.</summary>
    public void Write(long step, params IEnumerable<(string Name, double Value)> values) => Write(Line(++Number, step, values));

    public static string Line(long number, long step, IEnumerable<(string Name, double Value)> values, string stage = "ril")
    {
        var line = new StringBuilder($$"""{"kind": "metrics", "n": {{number}}, "time": "{{Time(number):O}}", "stage": "{{stage}}", "step": {{step}}, "metrics": {""");
        line.AppendJoin(", ", values.Select(v => $"\"{v.Name}\": {Python(v.Value)}"));
        return line.Append("}}\n").ToString();
    }

    public static DateTimeOffset Time(long number) => Start.AddSeconds(number);

    public Task<IngestResult> Read() => Reader.Finish(Id, _run.Fence);

    public Task<IngestResult> ReadOnce(CancellationToken cancellation = default) => Reader.Advance(Id, _run.Fence, cancellation);

    public Run Load()
    {
        using RilDb db = Database;
        return db.Runs.AsNoTracking().First(r => r.Id == Id);
    }

    /// <summary>All values of a metric, as a chart that has room for all of them gets them.</summary>
    public (long Step, double Value)[] Values(string metric) => [.. Store.All(Id, metric).Select(p => (p.Step, p.Value))];

    public string[] Log()
    {
        using RilDb db = Database;
        return [.. db.RunLogLines.Where(l => l.RunId == Id).OrderBy(l => l.Number).Select(l => l.Text)];
    }

    private static string Python(double value) =>
        double.IsNaN(value) ? "NaN" : double.IsPositiveInfinity(value) ? "Infinity" : double.IsNegativeInfinity(value) ? "-Infinity" : value.ToString("R", CultureInfo.InvariantCulture);
}
