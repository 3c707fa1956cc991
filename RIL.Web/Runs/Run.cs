using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using RIL.Web.Data;

namespace RIL.Web.Runs;

/// <summary>One training from start to end, as people see it.</summary>
public sealed class Run
{
    /// <summary>Identifier, see <see cref="Identifier"/>.</summary>
    public required string Id { get; init; }

    /// <summary>Name, chosen by people; need not be unique.</summary>
    public required string Name { get; set; }

    /// <summary>Notes in plain text.</summary>
    public string? Notes { get; set; }

    /// <summary>Who created it; null for runs the site created itself.</summary>
    public string? OwnerId { get; init; }

    /// <summary>The run it was cloned from.</summary>
    public string? ParentId { get; init; }

    /// <summary>Every setting, as JSON in TRL's names; students, data sets and teachers by identifier.</summary>
    public required string Config { get; set; }

    /// <summary>State, changed only through <see cref="RunTransitions"/>.</summary>
    public RunState State { get; set; }

    /// <summary>The state to come back to from the archive, or from a trash that it came into without having been archived.</summary>
    public RunState? StateBefore { get; set; }

    /// <summary>When it went into the archive; kept in the trash, which it leaves for where it was.</summary>
    public DateTimeOffset? ArchivedAt { get; set; }

    /// <summary>Where a run in the archive or the trash comes back to.</summary>
    public RunState? CameFrom => State == RunState.Deleted && ArchivedAt is not null ? RunState.Archived : StateBefore;

    /// <summary>Why it is in this state, in a sentence, where that is not obvious.</summary>
    public string? Reason { get; set; }

    /// <summary>When it was created.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it last entered the queue.</summary>
    public DateTimeOffset? QueuedAt { get; set; }

    /// <summary>When its trainer first started.</summary>
    public DateTimeOffset? StartedAt { get; set; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>When it went to the trash.</summary>
    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>Seconds its trainers have worked, all attempts together.</summary>
    public double WorkedSeconds { get; set; }

    /// <summary>Place in the queue: smaller runs first. Fractions let a run be put between two others.</summary>
    public double QueueOrder { get; set; }

    /// <summary>Queued runs of a higher priority go first (-1 low, 0 normal, 1 high).</summary>
    public int Priority { get; set; }

    /// <summary>How often a trainer was started for it.</summary>
    public int Attempt { get; set; }

    /// <summary>Number of the last event when the trainer of this attempt was started: an ending said before it was another attempt's.</summary>
    public long AttemptFrom { get; set; }

    /// <summary>Who works on it (a process of the site), while somebody does.</summary>
    public string? LeaseOwner { get; set; }

    /// <summary>Until when that is believed without a renewal.</summary>
    public DateTimeOffset? LeaseUntil { get; set; }

    /// <summary>Grows with every lease; whoever writes with an older number is refused.</summary>
    public long Fence { get; set; }

    /// <summary>The trainer's process, while one lives.</summary>
    public int? ProcessId { get; set; }

    /// <summary>When that process started, so that a recycled number is not taken for it.</summary>
    public DateTimeOffset? ProcessStartedAt { get; set; }

    /// <summary>The stage it is in: sft, teachers, discriminator, ril, evaluation.</summary>
    public string? Stage { get; set; }

    /// <summary>Steps done in this stage.</summary>
    public long StageStep { get; set; }

    /// <summary>Steps of this stage, where known.</summary>
    public long? StageTotal { get; set; }

    /// <summary>Seconds left in this stage, where known.</summary>
    public double? LeftSeconds { get; set; }

    /// <summary>The run's step over all stages, the newest with metrics.</summary>
    public long Step { get; set; }

    /// <summary>Number of the last event stored.</summary>
    public long LastEvent { get; set; }

    /// <summary>Bytes of <c>events.jsonl</c> stored so far.</summary>
    public long EventsOffset { get; set; }

    /// <summary>The closing table as JSON (<see cref="Training.Runs.RunSummary"/>).</summary>
    public string? Summary { get; set; }

    /// <summary>Stages passed, as JSON: name, total, when it began and ended, what it came to.</summary>
    public string? Stages { get; set; }

    /// <summary>The colour it has on every page: index into the series colours.</summary>
    public int Color { get; set; }

    /// <summary>Grows with every change that people make; refuses lost updates.</summary>
    public long Version { get; set; }

    /// <summary>Tags.</summary>
    public List<RunTag> Tags { get; } = [];

    internal sealed class Table : IEntityTypeConfiguration<Run>
    {
        public void Configure(EntityTypeBuilder<Run> run)
        {
            run.Property(r => r.Id).HasMaxLength(10);
            run.Ignore(r => r.CameFrom);
            run.Property(r => r.Name).HasMaxLength(200);
            run.Property(r => r.Version).IsConcurrencyToken();
            run.Property(r => r.Fence).IsConcurrencyToken();
            run.HasIndex(r => new { r.State, r.Priority, r.QueueOrder });
            run.HasIndex(r => r.CreatedAt);
            run.HasMany(r => r.Tags).WithOne().HasForeignKey(t => t.RunId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}

/// <summary>A tag of a run.</summary>
[PrimaryKey(nameof(RunId), nameof(Tag))]
[Index(nameof(Tag))]
public sealed class RunTag
{
    /// <summary>The run.</summary>
    public required string RunId { get; init; }

    /// <summary>The tag, up to 60 characters.</summary>
    public required string Tag { get; init; }
}

/// <summary>A sentence about a run, in the order of its events.</summary>
[WithoutRowId]
[PrimaryKey(nameof(RunId), nameof(Number))]
public sealed class RunLogLine
{
    /// <summary>The run.</summary>
    public required string RunId { get; init; }

    /// <summary>Number of the event.</summary>
    public long Number { get; init; }

    /// <summary>When it happened.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>info, warning or error.</summary>
    public required string Level { get; init; }

    /// <summary>What said it: log, stage, checkpoint, resumed, completed, stopped, interrupted, paused or failed.</summary>
    public string Kind { get; init; } = "log";

    /// <summary>The sentence.</summary>
    public required string Text { get; init; }
}

/// <summary>A step whose completions were kept.</summary>
[PrimaryKey(nameof(RunId), nameof(Step))]
public sealed class CompletionStep
{
    /// <summary>The run.</summary>
    public required string RunId { get; init; }

    /// <summary>The run's step.</summary>
    public long Step { get; init; }

    /// <summary>Parquet file, relative to the run folder.</summary>
    public required string File { get; init; }

    /// <summary>Completions in it.</summary>
    public int Rows { get; init; }
}

/// <summary>A checkpoint of a run.</summary>
[PrimaryKey(nameof(RunId), nameof(Step))]
public sealed class RunCheckpoint
{
    /// <summary>The run.</summary>
    public required string RunId { get; init; }

    /// <summary>The run's step.</summary>
    public long Step { get; init; }

    /// <summary>Folder, relative to the run folder.</summary>
    public required string Folder { get; set; }

    /// <summary>When it was complete.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>Whether a person asked to keep it; the trainer's own pruning does not touch it then.</summary>
    public bool Kept { get; set; }
}
