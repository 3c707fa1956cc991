using Microsoft.EntityFrameworkCore;
using RIL.Web.Data;

namespace RIL.Web.Runs.Metrics;

/// <summary>A metric of a run, with what tables and filters ask for.</summary>
[Index(nameof(RunId), nameof(Name), IsUnique = true)]
public sealed class MetricSummary
{
    /// <summary>Number by which points and buckets name it.</summary>
    public long Id { get; init; }

    /// <summary>The run.</summary>
    public required string RunId { get; init; }

    /// <summary>Name as TRL writes it, e.g. <c>rewards/answer/mean</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Values stored, not-a-number ones included.</summary>
    public long Count { get; set; }

    /// <summary>Values that are not a number.</summary>
    public long NotANumber { get; set; }

    /// <summary>Newest step.</summary>
    public long LastStep { get; set; }

    /// <summary>Newest value; null = not a number.</summary>
    public double? Last { get; set; }

    /// <summary>Smallest value.</summary>
    public double? Min { get; set; }

    /// <summary>Largest value.</summary>
    public double? Max { get; set; }
}

/// <summary>When a step of a run was and how many tokens it had seen: the other two horizontal axes.</summary>
[WithoutRowId]
[PrimaryKey(nameof(RunId), nameof(Step))]
public sealed class RunStep
{
    /// <summary>The run.</summary>
    public required string RunId { get; init; }

    /// <summary>The run's step.</summary>
    public long Step { get; init; }

    /// <summary>When its metrics were written.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>Tokens trained on so far, where the trainer says so.</summary>
    public double? Tokens { get; init; }
}

/// <summary>A value of a metric at a step.</summary>
[WithoutRowId]
[PrimaryKey(nameof(MetricId), nameof(Step))]
public sealed class MetricPoint
{
    /// <summary>The metric.</summary>
    public long MetricId { get; init; }

    /// <summary>The run's step.</summary>
    public long Step { get; init; }

    /// <summary>The value; null = not a number.</summary>
    public double? Value { get; init; }
}

/// <summary>A metric over a range of steps: first, last, smallest and largest value. Level k covers 64 · 16^k steps, counted from step 0; a row is written once a value beyond its range has come, so the newest values are points alone.</summary>
[WithoutRowId]
[PrimaryKey(nameof(MetricId), nameof(Level), nameof(Bucket))]
public sealed class MetricBucket
{
    /// <summary>The metric.</summary>
    public long MetricId { get; init; }

    /// <summary>0 is the finest.</summary>
    public int Level { get; init; }

    /// <summary>Steps divided by the level's width, rounded down.</summary>
    public long Bucket { get; init; }

    /// <summary>Values in it.</summary>
    public int Count { get; set; }

    /// <summary>Those that are not a number.</summary>
    public int NotANumber { get; set; }

    /// <summary>Step of the first value; of the first that is a number, where there is one.</summary>
    public long FirstStep { get; set; }

    /// <summary>First value that is a number.</summary>
    public double? First { get; set; }

    /// <summary>Step of the last value; of the last that is a number, where there is one.</summary>
    public long LastStep { get; set; }

    /// <summary>Last value that is a number.</summary>
    public double? Last { get; set; }

    /// <summary>Smallest value.</summary>
    public double? Min { get; set; }

    /// <summary>Its step.</summary>
    public long MinStep { get; set; }

    /// <summary>Largest value.</summary>
    public double? Max { get; set; }

    /// <summary>Its step.</summary>
    public long MaxStep { get; set; }
}
