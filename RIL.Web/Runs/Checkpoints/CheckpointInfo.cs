namespace RIL.Web.Runs.Checkpoints;

/// <summary>A checkpoint, or the trained student, as it lies on the disk.</summary>
/// <param name="Name"><c>checkpoint-120</c> or <c>student</c>.</param>
/// <param name="Step">The run's step; null for the trained student.</param>
/// <param name="Bytes">Size of its files.</param>
/// <param name="Time">When it was complete.</param>
/// <param name="Kept">Whether a person asked to keep it.</param>
/// <param name="Newest">Whether the run would go on from it.</param>
/// <param name="Files">Its files.</param>
public sealed record CheckpointInfo(string Name, long? Step, long Bytes, DateTimeOffset Time, bool Kept, bool Newest, IReadOnlyList<CheckpointFile> Files)
{
    /// <summary>SHA-256 of the weights, where the checkpoint lists it.</summary>
    public string? Sha256 => Files.FirstOrDefault(f => f.Name.StartsWith("model", StringComparison.Ordinal) && f.Name.EndsWith(".safetensors", StringComparison.Ordinal))?.Sha256;
}

/// <summary>A file of a checkpoint.</summary>
/// <param name="Name">Path within the checkpoint, with forward slashes.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">Its hash as the trainer wrote it down; null for files that nobody listed.</param>
public sealed record CheckpointFile(string Name, long Bytes, string? Sha256);
