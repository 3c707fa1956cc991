using RIL.Training.Datasets;
using RIL.Training.Images;

namespace RIL.Training.Models;

/// <summary>
/// Turns questions into what a model reads and its tokens back into text: chat template, image processor and tokenizer of one checkpoint.
/// </summary>
public interface IPromptEncoder
{
    /// <summary>
    /// Renders the messages with the family's chat template, processes the pictures and tokenises; throws <see cref="InputException"/>
    /// naming the row.
    /// </summary>
    EncodedPrompt Encode(IReadOnlyList<ChatMessage> messages, IReadOnlyList<PictureSource> images, string rowName);

    /// <summary>Tokens that a picture takes in a prompt.</summary>
    int CountTokens(ImagePatches picture);

    /// <summary>Tokens of a completion's text, without an end token; special tokens in the text are not honoured.</summary>
    int[] EncodeCompletion(string text);

    /// <summary>Text of tokens; special tokens are left out.</summary>
    string Decode(ReadOnlySpan<int> tokenIds);

    /// <summary>
    /// The token that ends an answer: the one with which the chat template ends turns, else the first of the checkpoint's end tokens; SFT
    /// and teachers' answers end with it.
    /// </summary>
    int EndTokenId { get; }

    /// <summary>Every token that ends sampling.</summary>
    IReadOnlyList<int> EndTokenIds { get; }

    /// <summary>Tokens the model must never sample: image and vision markers.</summary>
    IReadOnlyList<int> MarkerTokenIds { get; }

    /// <summary>What the checkpoint's files leave open or say in two ways, one sentence each; nothing of it keeps a run from starting.
    /// </summary>
    IReadOnlyList<string> Warnings => [];

    /// <summary>Writes tokenizer, image processor and chat template files into a checkpoint folder.</summary>
    void Save(string folder);
}
