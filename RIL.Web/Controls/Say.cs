using System.Globalization;

namespace RIL.Web.Controls;

/// <summary>Numbers, times and sizes as the whole site writes them.</summary>
public static class Say
{
    private const char Thin = '\u202f';
    private static readonly CultureInfo C = CultureInfo.InvariantCulture;

    /// <summary>Four significant digits, thousands thin-spaced; a dash for what does not exist, <c>NaN</c> for what is not a number.</summary>
    public static string Number(double? value)
    {
        if (value is not { } v) return "–";
        if (!double.IsFinite(v)) return double.IsNaN(v) ? "NaN" : v > 0 ? "∞" : "−∞";
        if (v == 0) return "0";
        double size = Math.Abs(v);
        if (size is < 1e-4 or >= 1e15) return Minus(v.ToString("0.###e+0", C));
        int decimals = Math.Clamp(3 - (int)Math.Floor(Math.Log10(size)), 0, 8);
        return Minus(Grouped(v, "N" + decimals, trim: decimals > 0));
    }

    /// <summary>A whole number, thousands thin-spaced.</summary>
    public static string Count(long value) => Minus(Grouped(value, "N0", trim: false));

    /// <summary>A share of one as percent with one decimal.</summary>
    public static string Percent(double? share) => share is { } s && double.IsFinite(s) ? Minus((100 * s).ToString("0.0", C)) + Thin + "%" : "–";

    /// <summary>Bytes in units of 1024: <c>12.4 MiB</c>.</summary>
    public static string Bytes(long bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        double size = bytes;
        int unit = 0;
        for (; size >= 1024 && unit < units.Length - 1; unit++) size /= 1024;
        return size.ToString(unit == 0 || size >= 100 ? "0" : "0.0", C) + Thin + units[unit];
    }

    /// <summary>A duration: <c>34 s</c>, <c>12 min</c>, <c>1 h 12 min</c>, <c>3 d 4 h</c>.</summary>
    public static string Duration(TimeSpan time) => time switch
    {
        { TotalSeconds: < 60 } => $"{Math.Max(0, (int)time.TotalSeconds)} s",
        { TotalMinutes: < 60 } => time is { TotalMinutes: < 10, Seconds: > 0 } ? $"{time.Minutes} min {time.Seconds} s" : $"{(int)Math.Round(time.TotalMinutes)} min",
        { TotalHours: < 24 } => time.Minutes == 0 ? $"{time.Hours} h" : $"{time.Hours} h {time.Minutes} min",
        _ => time.Hours == 0 ? $"{time.Days} d" : $"{time.Days} d {time.Hours} h",
    };

    /// <summary>Time left, as an estimate reads: <c>about 4 min</c>.</summary>
    public static string Left(double? seconds) => seconds switch
    {
        null => "",
        < 5 => "a few seconds",
        < 55 => $"about {Math.Ceiling(seconds.Value / 10) * 10:0} s",
        < 3570 => $"about {Math.Ceiling(seconds.Value / 60):0} min",
        _ => "about " + Duration(TimeSpan.FromMinutes(Math.Round(seconds.Value / 300) * 5)),
    };

    /// <summary>A time relative to now: <c>just now</c>, <c>3 min ago</c>, <c>yesterday</c>, <c>12 Nov 2026</c>; <c>in 5 h</c>, <c>in 30 days</c>.</summary>
    public static string Ago(DateTimeOffset time, DateTimeOffset now)
    {
        TimeSpan past = now - time;
        return past switch
        {
            { TotalDays: < -60 } => time.ToString("d MMM yyyy", C),
            { TotalHours: < -48 } => $"in {Math.Round(-past.TotalDays):0} days",
            { TotalMinutes: < -60 } => $"in {Math.Round(-past.TotalHours):0} h",
            { TotalSeconds: < -45 } => $"in {Math.Max(1, (int)Math.Round(-past.TotalMinutes))} min",
            { TotalSeconds: < 45 } => "just now",
            { TotalMinutes: < 60 } => $"{Math.Max(1, (int)Math.Round(past.TotalMinutes))} min ago",
            { TotalHours: < 24 } => $"{(int)Math.Round(past.TotalHours)} h ago",
            { TotalDays: < 2 } => "yesterday",
            { TotalDays: < 14 } => $"{(int)past.TotalDays} days ago",
            _ => time.ToString("d MMM yyyy", C),
        };
    }

    /// <summary>A time as exports and tooltips have it, UTC.</summary>
    public static string Exact(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", C);

    private static string Grouped(double value, string format, bool trim)
    {
        string text = value.ToString(format, C).Replace(',', Thin);
        return trim && text.Contains('.', StringComparison.Ordinal) ? text.TrimEnd('0').TrimEnd('.') : text;
    }

    private static string Minus(string text) => text.Replace('-', '−');
}
