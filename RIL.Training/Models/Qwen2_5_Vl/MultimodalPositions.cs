using RIL.Training.Images;

namespace RIL.Training.Models.Qwen2_5_Vl;

/// <summary>
/// Three positions a token: time, row, column. Text counts on in all three; a picture spreads its grid from where the text stands
/// (transformers' get_rope_index).
/// </summary>
internal sealed class MultimodalPositions(Qwen2_5_VlConfig config)
{
    /// <summary>Positions of a prompt's tokens and the first position after it.</summary>
    public ((int T, int H, int W)[] Positions, int Next) Of(EncodedPrompt prompt)
    {
        var positions = new (int, int, int)[prompt.TokenIds.Length];
        int next = 0, picture = 0;
        for (int i = 0; i < positions.Length;)
        {
            if (prompt.TokenIds[i] != config.ImageTokenId)
            {
                positions[i++] = (next, next, next);
                next++;
                continue;
            }
            if (picture == prompt.Images.Count)
                throw new InputException($"A prompt has more picture tokens than its {prompt.Images.Count} pictures fill; its markers and "
                    + $"pictures must match.");
            ImagePatches image = prompt.Images[picture++];
            int rows = image.GridH / config.Vision.MergeSize, columns = image.GridW / config.Vision.MergeSize;
            for (int t = 0; t < image.GridT; t++)
                for (int r = 0; r < rows; r++)
                    for (int c = 0; c < columns; c++, i++)
                    {
                        if (i == positions.Length || prompt.TokenIds[i] != config.ImageTokenId)
                            throw new InputException($"Picture {picture} of a prompt needs {image.GridT * rows * columns} picture tokens "
                                + $"and fewer stand in the text.");
                        positions[i] = (next + t, next + r, next + c);
                    }
            next += Math.Max(rows, columns);
        }
        if (picture != prompt.Images.Count)
            throw new InputException($"A prompt has {prompt.Images.Count} pictures and markers for {picture}; they must match.");
        return (positions, next);
    }
}
