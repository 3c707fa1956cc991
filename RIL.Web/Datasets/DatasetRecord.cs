namespace RIL.Web.Datasets;

/// <summary>A data set that a person brought: rows as JSONL and pictures in its folder.</summary>
public sealed class DatasetRecord
{
    /// <summary>Identifier; run configurations say <c>dataset:ID</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Name, chosen by people.</summary>
    public required string Name { get; set; }

    /// <summary>What it is, in a sentence.</summary>
    public string? Notes { get; set; }

    /// <summary>Who brought it.</summary>
    public string? OwnerId { get; init; }

    /// <summary>When.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Rows that can be used.</summary>
    public int Rows { get; init; }

    /// <summary>Bytes on disk.</summary>
    public long Bytes { get; init; }

    /// <summary>Rows by question type, as JSON.</summary>
    public string? Types { get; init; }

    /// <summary>SHA-256 of the rows' file, hexadecimal.</summary>
    public required string Hash { get; init; }
}
