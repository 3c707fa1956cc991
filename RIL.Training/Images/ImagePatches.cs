namespace RIL.Training.Images;

/// <summary>
/// A picture as the vision tower takes it: normalised values [GridT·GridH·GridW, 3·2·14·14] row by row, and the grid in patches.
/// </summary>
public sealed record ImagePatches(float[] Values, int GridT, int GridH, int GridW)
{
    /// <summary>Number of patches before merging.</summary>
    public int PatchCount => GridT * GridH * GridW;
}
