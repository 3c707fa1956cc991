namespace RIL.Web.Models;

/// <summary>A student that a person registered: a checkpoint folder below the configured models folder.</summary>
public sealed class ModelRecord
{
    /// <summary>Identifier; run configurations say <c>model:ID</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Name, chosen by people.</summary>
    public required string Name { get; set; }

    /// <summary>What it is, in a sentence.</summary>
    public string? Notes { get; set; }

    /// <summary>Who registered it.</summary>
    public string? OwnerId { get; init; }

    /// <summary>When.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Name of the folder directly below the models folder.</summary>
    public required string Folder { get; init; }

    /// <summary>Weights.</summary>
    public long Parameters { get; init; }

    /// <summary>Bytes on disk.</summary>
    public long Bytes { get; init; }
}
