namespace RIL.Web.Teachers;

/// <summary>A teacher that a person brought as kept answers to the questions of a data set.</summary>
public sealed class TeacherRecord
{
    /// <summary>Identifier; run configurations say <c>teacher:ID</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Name, also in metrics and completions.</summary>
    public required string Name { get; set; }

    /// <summary>What it is, in a sentence.</summary>
    public string? Notes { get; set; }

    /// <summary>Who brought it.</summary>
    public string? OwnerId { get; init; }

    /// <summary>When.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The data set whose questions it answers (<c>dataset:ID</c> or <c>quickstart:NAME</c>).</summary>
    public required string Dataset { get; init; }

    /// <summary>Kept answers.</summary>
    public int Answers { get; init; }

    /// <summary>Questions with at least one answer.</summary>
    public int Questions { get; init; }

    /// <summary>Bytes on disk.</summary>
    public long Bytes { get; init; }

    /// <summary>SHA-256 of the answers' file, hexadecimal.</summary>
    public required string Hash { get; init; }
}
