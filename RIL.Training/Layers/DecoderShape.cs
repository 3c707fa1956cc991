namespace RIL.Training.Layers;

/// <summary>Sizes of a decoder and what its family adds to the common layer.</summary>
/// <param name="VocabularySize">V.</param>
/// <param name="HiddenSize">D.</param>
/// <param name="InnerSize">Width of the feed-forward part.</param>
/// <param name="LayerCount">Layers.</param>
/// <param name="HeadCount">Query heads H.</param>
/// <param name="KeyValueHeadCount">Key and value heads K; H is a multiple of it.</param>
/// <param name="HeadSize">E; H · E need not be D.</param>
/// <param name="NormEpsilon">ε of every norm.</param>
/// <param name="QueryKeyValueBias">Whether query, key and value have biases.</param>
/// <param name="QueryKeyNorm">Whether queries and keys are normed, head by head, before they are rotated.</param>
/// <param name="TiedHead">Whether the head is the embedding.</param>
internal sealed record DecoderShape(int VocabularySize, int HiddenSize, int InnerSize, int LayerCount, int HeadCount,
    int KeyValueHeadCount, int HeadSize, double NormEpsilon, bool QueryKeyValueBias, bool QueryKeyNorm, bool TiedHead);
