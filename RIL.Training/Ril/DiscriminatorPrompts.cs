using RIL.Training.Datasets;
using RIL.Training.Grpo;
using RIL.Training.Models;

namespace RIL.Training.Ril;

/// <summary>
/// What D reads: before an output nothing but a wrapper (the paper), the question, or picture and question; then the output's text as the
/// tokenizer writes it, whoever said it.
/// </summary>
public sealed class DiscriminatorPrompts(DiscriminatorInput input, IPromptEncoder encoder)
{
    private readonly Lazy<EncodedPrompt> _wrapper = new(() => encoder.Encode([new ChatMessage("user", [new ContentPart("Response:")])], [],
        "the discriminator's wrapper"));

    /// <summary>The texts of all groups, in their order.</summary>
    public IReadOnlyList<DiscriminatorText> Of(IReadOnlyList<RolloutGroup> groups) =>
        [.. groups.Select(g => new DiscriminatorText(Of(g), [.. g.Outputs.Select(o => o.ReadIds)],
            [.. g.Outputs.Select(o => o.IsStudent)]))];

    private EncodedPrompt Of(RolloutGroup group) => input switch
    {
        DiscriminatorInput.Response => _wrapper.Value,
        DiscriminatorInput.QuestionResponse => encoder.Encode(
            [.. group.Example.Prompt.Select(m => m with { Content = [.. m.Content.Where(c => !c.IsImage)] })], [], group.Example.Id),
        _ => group.Prompt,
    };
}
