using System.Globalization;
using System.Text.Json;

namespace RIL.Tests.Bench;

/// <summary>What a benchmark measured: printed, and written as a Markdown table and as JSON into the folder that RIL_BENCH_OUT names.</summary>
internal sealed class Figures(string name)
{
    private readonly List<(string What, string Measured, string Limit)> _rows = [];

    /// <summary>How often what varies is measured (RIL_BENCH_ROUNDS, default 3).</summary>
    public static int Rounds { get; } = int.TryParse(Environment.GetEnvironmentVariable("RIL_BENCH_ROUNDS"), out int rounds) ? rounds : 3;

    public void Add(string what, string measured, string limit = "")
    {
        _rows.Add((what, measured, limit));
        Console.WriteLine($"{DateTime.UtcNow:HH:mm:ss}  {what}: {measured}{(limit.Length > 0 ? $"  (limit: {limit})" : "")}");
        if (Environment.GetEnvironmentVariable("RIL_BENCH_OUT") is not { Length: > 0 } folder) return;
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, name + ".md"), "| what | measured | limit |\n| --- | ---: | ---: |\n" + string.Concat(_rows.Select(r => $"| {r.What} | {r.Measured} | {r.Limit} |\n")));
        File.WriteAllText(Path.Combine(folder, name + ".json"), JsonSerializer.Serialize(_rows.Select(r => new { what = r.What, measured = r.Measured, limit = r.Limit }), new JsonSerializerOptions { WriteIndented = true }));
    }

    public static string Number(double number) => number.ToString(Math.Abs(number) >= 100 ? "N0" : Math.Abs(number) >= 10 ? "N1" : "N2", CultureInfo.InvariantCulture);

    public static double Median(IEnumerable<double> values) => Share(values, 0.5);

    /// <summary>The value that this share of all does not exceed.</summary>
    public static double Share(IEnumerable<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
    }

    /// <summary>Between which two of its values the median of all that could be measured lies with 95 % (sign test); the smallest and the largest where these are too few to say.</summary>
    public static (double Low, double High) MedianBounds(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        double chance = Math.Pow(0.5, sorted.Length), left = 0.025 - chance;
        int k = 0;
        for (; k + 1 < (sorted.Length + 1) / 2; k++)
        {
            chance *= (double)(sorted.Length - k) / (k + 1);
            if (left < chance) break;
            left -= chance;
        }
        return (sorted[k], sorted[^(k + 1)]);
    }
}
