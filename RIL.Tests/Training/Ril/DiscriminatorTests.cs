using RIL.Training.Grpo;
using RIL.Training.Models;
using RIL.Training.Optimizers;
using RIL.Training.Ril;
using RIL.Training.Training;
using static TorchSharp.torch;

namespace RIL.Tests.Training.Ril;

public sealed class DiscriminatorTests : IDisposable
{
    private readonly TinyRun _runs = new();
    private readonly IPromptEncoder _encoder;
    private readonly VisionLanguageModel _student;

    public DiscriminatorTests() => (_encoder, _student) = (ModelCatalog.LoadPromptEncoder(_runs.Student),
        ModelCatalog.Load(_runs.Student, CPU));

    public void Dispose()
    {
        _student.Dispose();
        _runs.Dispose();
    }

    [Theory, InlineData(DiscriminatorInput.Response), InlineData(DiscriminatorInput.QuestionResponse),
        InlineData(DiscriminatorInput.ImageQuestionResponse)]
    public void ItLearnsToTellTheSidesApart(DiscriminatorInput input)
    {
        using Discriminator discriminator = Discriminator.From(_student, ComputePlan.OnCpu, 1, freezeVisionTower: true,
            new AdamWSettings(), 1);
        IReadOnlyList<DiscriminatorText> texts = new DiscriminatorPrompts(input, _encoder).Of(Groups());
        double first = discriminator.Update(texts, 3e-3).Loss, last = first;
        for (int i = 0; i < 30; i++) last = discriminator.Update(texts, 3e-3).Loss;
        Assert.InRange(first, 1.0, 2.0); // 2 log 2 where it knows nothing
        Assert.InRange(last, 0, 0.2);
        double[] scores = discriminator.Scores(texts);
        Assert.All(scores.Where((_, i) => i % 2 == 0), s => Assert.True(s > 0.5));
        Assert.All(scores.Where((_, i) => i % 2 == 1), s => Assert.True(s < 0.5));
    }

    [Fact]
    public void WhatItReads_IsWhatItsInputSays()
    {
        RollOut(DiscriminatorInput.Response, out EncodedPrompt[] alone);
        RollOut(DiscriminatorInput.QuestionResponse, out EncodedPrompt[] question);
        RollOut(DiscriminatorInput.ImageQuestionResponse, out EncodedPrompt[] all);
        Assert.All(alone, p => Assert.Same(alone[0], p));
        Assert.All(question, p => Assert.Empty(p.Images));
        Assert.NotEqual(question[0].TokenIds, question[1].TokenIds);
        Assert.All(all, p => Assert.Single(p.Images));

        void RollOut(DiscriminatorInput input, out EncodedPrompt[] prompts) =>
            prompts = [.. new DiscriminatorPrompts(input, _encoder).Of(Groups()).Select(t => t.Prompt)];
    }

    [Fact]
    public void BelowItsLossFloor_ItStaysAsItIs()
    {
        using Discriminator discriminator = Discriminator.From(_student, ComputePlan.OnCpu, 1, freezeVisionTower: false,
            new AdamWSettings(), 1);
        IReadOnlyList<DiscriminatorText> texts = new DiscriminatorPrompts(DiscriminatorInput.ImageQuestionResponse, _encoder).Of(Groups());
        double[] before = discriminator.Scores(texts);
        Assert.True(discriminator.Update(texts, 1e-2, lossFloor: 10).Skipped);
        Assert.Equal(before, discriminator.Scores(texts));
        Assert.False(discriminator.Update(texts, 1e-2, lossFloor: 0.1).Skipped);
        Assert.NotEqual(before, discriminator.Scores(texts));
    }

    [Theory]
    [InlineData(0.2, Similarity.Binary, 1)]
    [InlineData(0.5, Similarity.Binary, 0)]
    [InlineData(0.2, Similarity.Graded, 0.8)]
    public void Similarity_RewardsScoresNearTheTeachers(double score, Similarity similarity, double reward) =>
        Assert.Equal(reward, SimilarityReward.Of(score, similarity));

    // The student says one word, the teacher a sentence.
    private RolloutGroup[] Groups() =>
        [.. TinyRun.Examples.Take(6).Select(example => new RolloutGroup(
            example, _encoder.Encode(example.Prompt, example.Images, example.Id),
                [Output(RolloutOutput.Student, "bag"), Output("teacher", "there is a bag . answer : yes .")]))];

    private RolloutOutput Output(string source, string text) =>
        new(source, [.. _encoder.EncodeCompletion(text), _encoder.EndTokenId], text, false, null);
}
