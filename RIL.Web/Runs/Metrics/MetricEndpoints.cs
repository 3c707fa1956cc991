using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using RIL.Training;
using RIL.Web.Accounts;
using RIL.Web.Api;
using RIL.Web.Data;

namespace RIL.Web.Runs.Metrics;

/// <summary>Metrics over REST: summaries and values as JSON, series as bytes for charts, everything as CSV.</summary>
internal static class MetricEndpoints
{
    private const int MostSeries = 50;
    private const double MostSmooth = 0.999;

    public static void Map(WebApplication app)
    {
        RouteGroupBuilder runs = app.MapApiGroup("runs");
        runs.MapGet("{id}/metrics", Summaries).RequireAuthorization(Policies.Viewer).WithName("ListMetrics").WithSummary("The metrics of a run: count, newest, smallest and largest value of each.").Produces(StatusCodes.Status304NotModified);
        runs.MapGet("{id}/metrics/values", Values).RequireAuthorization(Policies.Viewer).WithName("GetMetricValues")
            .WithSummary("The values of one metric, as they are where at most four times as many as buckets, else reduced to first, smallest, largest and last of each bucket.").Produces(StatusCodes.Status304NotModified);
        runs.MapGet("{id}/metrics/series", Series).RequireAuthorization(Policies.Viewer).WithName("GetMetricSeries")
            .WithSummary("Values of up to 50 metrics for charts as little-endian 64-bit floats.")
            .WithDescription(
                "Each series: version (1; 2 where smooth is given), values in the range, reduced (0 or 1), steps a piece covers, n, m; n steps, n values, n times (ms since 1970), n tokens, n counts, and where smooth is given n moving averages, made of all values up to each; then of the m places where values are not a number the steps and the counts. The header Last-Event-ID names the last event of the run that they contain.")
            .ProducesFile(SeriesBinary.ContentType).Produces(StatusCodes.Status304NotModified);
        runs.MapGet("{id}/metrics.csv", Csv).RequireAuthorization(Policies.Viewer).WithName("ExportMetrics").WithSummary("All values, or those of the named metrics, as CSV: metric, step, time, tokens, value.").ProducesFile("text/csv");
    }

    private static async Task<Results<Ok<MetricList>, StatusCodeHttpResult, ProblemHttpResult>> Summaries(string id, HttpContext http, MetricStore store, IDbContextFactory<RilDb> databases)
    {
        if (await Tag(id, databases, http) is not { } tag) return ProblemOf.Missing("run", id);
        if (tag.Known) return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        return TypedResults.Ok(new MetricList([.. (await store.Summaries(id)).Select(m => new MetricItem(m.Name, m.Count, m.NotANumber, m.LastStep, Finite(m.Last), Finite(m.Min), Finite(m.Max)))]));
    }

    private static async Task<Results<Ok<MetricValues>, StatusCodeHttpResult, ProblemHttpResult>> Values(
        string id, string name, HttpContext http, MetricStore store, IDbContextFactory<RilDb> databases, long? from = null, long? to = null, [Range(1, MetricStore.MostBuckets)] int buckets = MetricStore.DefaultBuckets)
    {
        Check(buckets);
        if (await Tag(id, databases, http) is not { } tag) return ProblemOf.Missing("run", id);
        if (tag.Known) return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        MetricSeries series = store.Read(id, name, from, to, buckets);
        return TypedResults.Ok(new MetricValues(
            name, series.Total, series.Reduced, series.Width,
            [.. series.Points.Select(p => p.Step)], [.. series.Points.Select(p => Finite(p.Value))], [.. series.Points.Select(p => Time(p.Time))], [.. series.Points.Select(p => Number(p.Tokens))]));
    }

    private static async Task<Results<FileContentHttpResult, StatusCodeHttpResult, ProblemHttpResult>> Series(
        string id, string[] name, HttpContext http, MetricStore store, IDbContextFactory<RilDb> databases, long? from = null, long? to = null,
        [Range(1, MetricStore.MostBuckets)] int buckets = MetricStore.DefaultBuckets, [Range(0, MostSmooth)] double smooth = 0)
    {
        Check(buckets);
        if (smooth is not (>= 0 and <= MostSmooth)) throw new InputException(string.Create(CultureInfo.InvariantCulture, $"smooth is {smooth}; expected the share of the past in a moving average, from 0 (none) to {MostSmooth}."));
        if (name.Length is 0 or > MostSeries) throw new InputException($"name is given {name.Length} times; expected 1 to {MostSeries} metrics.");
        if (await Tag(id, databases, http) is not { } tag) return ProblemOf.Missing("run", id);
        http.Response.Headers["Last-Event-ID"] = tag.LastEvent.ToString(CultureInfo.InvariantCulture);
        if (tag.Known) return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        return TypedResults.Bytes(SeriesBinary.Write(store.Read(id, name, from, to, buckets, smooth), smooth > 0), SeriesBinary.ContentType);
    }

    private static async Task<Results<PushStreamHttpResult, ProblemHttpResult>> Csv(string id, string[] name, HttpContext http, MetricStore store, IDbContextFactory<RilDb> databases)
    {
        if (await Tag(id, databases, http) is null) return ProblemOf.Missing("run", id);
        string[] names = name.Length > 0 ? name : [.. (await store.Summaries(id)).Select(m => m.Name)];
        return TypedResults.Stream(body => Write(body, store, id, names), "text/csv", $"{id}-metrics.csv");
    }

    private static async Task Write(Stream body, MetricStore store, string id, string[] names)
    {
        await using var writer = new StreamWriter(body, new UTF8Encoding(false), leaveOpen: true);
        await writer.WriteAsync("metric,step,time,tokens,value\n");
        foreach (string metric in names)
        {
            foreach (SeriesPoint p in store.All(id, metric))
            {
                string name = metric.AsSpan().ContainsAny(",\"\n\r") ? $"\"{metric.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : metric;
                string time = Time(p.Time) is { } t ? t.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture) : "";
                await writer.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"{name},{p.Step},{time},{Number(p.Tokens)},{p.Value}\n"));
            }
        }
    }

    // What a run holds is the same as long as its last event is; null where there is no such run. It is asked for before the values: those may be newer, never older.
    private static async Task<(long LastEvent, bool Known)?> Tag(string id, IDbContextFactory<RilDb> databases, HttpContext http)
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        if (await db.Runs.Where(r => r.Id == id).Select(r => new { r.LastEvent, r.Fence }).FirstOrDefaultAsync() is not { } run) return null;
        return (run.LastEvent, EntityTag.IsKnown(http, $"\"{id}-{run.LastEvent}-{run.Fence}\""));
    }

    private static void Check(int buckets)
    {
        if (buckets is < 1 or > MetricStore.MostBuckets) throw new InputException($"buckets is {buckets}; expected a whole number from 1 to {MetricStore.MostBuckets}.");
    }

    // JSON has no word for what is not finite; CSV and bytes say it.
    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;

    private static double? Number(double value) => double.IsNaN(value) ? null : value;

    private static DateTimeOffset? Time(double milliseconds) => double.IsNaN(milliseconds) ? null : DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds);

    /// <summary>A metric of a run.</summary>
    /// <param name="Name">Name.</param>
    /// <param name="Count">Values.</param>
    /// <param name="NotANumber">Those that are not a number.</param>
    /// <param name="LastStep">Step of the newest.</param>
    /// <param name="Last">The newest; null = not finite.</param>
    /// <param name="Min">The smallest.</param>
    /// <param name="Max">The largest.</param>
    internal sealed record MetricItem(string Name, long Count, long NotANumber, long LastStep, double? Last, double? Min, double? Max);

    /// <summary>The metrics of a run, by name.</summary>
    /// <param name="Metrics">The metrics.</param>
    internal sealed record MetricList(IReadOnlyList<MetricItem> Metrics);

    /// <summary>Values of a metric.</summary>
    /// <param name="Name">The metric.</param>
    /// <param name="Total">Values in the range.</param>
    /// <param name="Reduced">Whether what follows is a selection.</param>
    /// <param name="Width">Steps that a bucket covers.</param>
    /// <param name="Steps">The run's steps.</param>
    /// <param name="Values">The values; null = not finite.</param>
    /// <param name="Times">When the steps were.</param>
    /// <param name="Tokens">Tokens so far.</param>
    internal sealed record MetricValues(
        string Name, long Total, bool Reduced, long Width, IReadOnlyList<long> Steps, IReadOnlyList<double?> Values, IReadOnlyList<DateTimeOffset?> Times, IReadOnlyList<double?> Tokens);
}
