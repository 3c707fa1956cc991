using RIL.Training.Images;
using static TorchSharp.torch;

namespace RIL.Training.Models;

/// <summary>
/// Encodes many pictures a few at a time: the working memory of a vision encoder grows with the patches that it sees at once.
/// </summary>
internal static class PictureBatches
{
    // Two or three pictures of the largest size that families use by default.
    private const int MostPatches = 16_384;

    /// <summary>Features of all pictures, in order.</summary>
    public static VisionFeatures Encode(IVisionEncoder encoder, IReadOnlyList<ImagePatches> images, Device device, bool recomputes,
        int mostPatches = MostPatches)
    {
        var parts = new List<VisionFeatures>();
        var batch = new List<ImagePatches>();
        long patches = 0;
        foreach (ImagePatches image in images)
        {
            if (batch.Count > 0 && patches + image.PatchCount > mostPatches) Close();
            batch.Add(image);
            patches += image.PatchCount;
        }
        Close();
        if (parts.Count == 1) return parts[0];
        return new VisionFeatures(cat([.. parts.Select(p => p.Tokens)], 0),
            [.. parts[0].Deep.Select((_, i) => cat([.. parts.Select(p => p.Deep[i])], 0))],
            [.. parts.SelectMany(p => p.Kept)]);

        void Close()
        {
            parts.Add(encoder.Encode([.. batch], device, recomputes));
            batch.Clear();
            patches = 0;
        }
    }
}
