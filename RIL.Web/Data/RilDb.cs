using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using RIL.Web.Accounts;
using RIL.Web.Datasets;
using RIL.Web.Models;
using RIL.Web.Operations;
using RIL.Web.Runs;
using RIL.Web.Runs.Metrics;
using RIL.Web.Teachers;

namespace RIL.Web.Data;

/// <summary>Everything the site remembers; the tables are the truth about runs, whatever any job queue believes.</summary>
public sealed class RilDb(DbContextOptions<RilDb> options) : IdentityDbContext<RilUser>(options)
{
    /// <summary>Runs in every state.</summary>
    public DbSet<Run> Runs => Set<Run>();

    /// <summary>Tags of runs.</summary>
    public DbSet<RunTag> RunTags => Set<RunTag>();

    /// <summary>Creations that may be repeated.</summary>
    public DbSet<IdempotentRequest> IdempotentRequests => Set<IdempotentRequest>();

    /// <summary>Sentences of runs: log, stages, checkpoints, endings.</summary>
    public DbSet<RunLogLine> RunLogLines => Set<RunLogLine>();

    /// <summary>Steps whose completions were kept.</summary>
    public DbSet<CompletionStep> CompletionSteps => Set<CompletionStep>();

    /// <summary>Checkpoints on disk.</summary>
    public DbSet<RunCheckpoint> RunCheckpoints => Set<RunCheckpoint>();

    /// <summary>One row a metric of a run, with its last, smallest and largest value.</summary>
    public DbSet<MetricSummary> Metrics => Set<MetricSummary>();

    /// <summary>Time and tokens of a run's steps.</summary>
    public DbSet<RunStep> RunSteps => Set<RunStep>();

    /// <summary>Values, one row each.</summary>
    public DbSet<MetricPoint> MetricPoints => Set<MetricPoint>();

    /// <summary>Values reduced by ranges of steps.</summary>
    public DbSet<MetricBucket> MetricBuckets => Set<MetricBucket>();

    /// <summary>Data sets that people brought.</summary>
    public DbSet<DatasetRecord> Datasets => Set<DatasetRecord>();

    /// <summary>Teachers that people brought.</summary>
    public DbSet<TeacherRecord> Teachers => Set<TeacherRecord>();

    /// <summary>Students that people registered.</summary>
    public DbSet<ModelRecord> Models => Set<ModelRecord>();

    /// <summary>Personal tokens, hashed.</summary>
    public DbSet<ApiToken> ApiTokens => Set<ApiToken>();

    /// <summary>One-time links that let a person in.</summary>
    public DbSet<Invitation> Invitations => Set<Invitation>();

    /// <summary>Settings that are changed in the browser.</summary>
    public DbSet<SiteSetting> SiteSettings => Set<SiteSetting>();

    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configuration)
    {
        base.ConfigureConventions(configuration);
        // SQLite has no time type; whole milliseconds sort and compare.
        configuration.Properties<DateTimeOffset>().HaveConversion<Milliseconds>();
        configuration.Properties<RunState>().HaveConversion<string>();
        configuration.Properties<UserRole>().HaveConversion<string>();
        configuration.Properties<TokenScope>().HaveConversion<string>();
    }

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.ApplyConfigurationsFromAssembly(typeof(RilDb).Assembly);
        foreach (IMutableEntityType entity in builder.Model.GetEntityTypes())
            if (Attribute.IsDefined(entity.ClrType, typeof(WithoutRowIdAttribute))) entity.SetAnnotation(WithoutRowIdAttribute.Annotation, true);
    }

    private sealed class Milliseconds() : ValueConverter<DateTimeOffset, long>(time => time.ToUnixTimeMilliseconds(), number => DateTimeOffset.FromUnixTimeMilliseconds(number));
}
