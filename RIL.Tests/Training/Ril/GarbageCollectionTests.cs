using System.Security.Cryptography;
using RIL.Training.Datasets;
using RIL.Training.Generation;
using RIL.Training.Grpo;
using RIL.Training.Models;
using RIL.Training.Optimizers;
using RIL.Training.Rewards;
using RIL.Training.Ril;
using RIL.Training.Teachers;
using RIL.Training.Training;
using static TorchSharp.torch;

namespace RIL.Tests.Training.Ril;

/// <summary>
/// TorchSharp passes bare handles to native code: a temporary without an owner can be finalised while an operator reads it. Nothing in a
/// step may be such a one.
/// </summary>
public sealed class GarbageCollectionTests
{
    private const int Steps = 8;

    [Fact]
    public void Steps_UnderConstantCollections_GiveTheSameBits()
    {
        using var runs = new TinyRun();
        string quiet = Train(runs);
        using var collector = new ConstantCollections();
        int before = GC.CollectionCount(0);
        Assert.Equal(quiet, Train(runs));
        Assert.True(GC.CollectionCount(0) - before > 10 * Steps, "hardly any collection ran");
    }

    private static string Train(TinyRun runs)
    {
        IReadOnlyList<Example> examples = TinyRun.Examples;
        IPromptEncoder encoder = ModelCatalog.LoadPromptEncoder(runs.Student);
        using VisionLanguageModel student = ModelCatalog.Load(runs.Student, CPU), reference = ModelCatalog.Clone(student);
        using var discriminator = Discriminator.From(student, ComputePlan.OnCpu, 1, freezeVisionTower: false, new AdamWSettings(), 1);
        using var policy = new PolicyUpdate(
            student, reference, ComputePlan.OnCpu, freezeVisionTower: false,
            new PolicyLossSettings(LossType.DrGrpo, ImportanceSamplingLevel.Sequence, 0.2,
                0.2, 0.01, 16), 1, new AdamWSettings(), 1);
        var sampling = new SamplingOptions
        {
            MaxNewTokens = 16, TopK = 20, TopP = 0.9, MinP = 0.001, RepetitionPenalty = 1.1, EndTokenIds = encoder.EndTokenIds,
            SuppressTokenIds = encoder.MarkerTokenIds,
        };
        var draw = new TeacherDraw(KeptAnswers.Load(runs.Answers), [new("long"), new("short")], 1);
        var settings = new RilSettings
        {
            Similarity = Similarity.Graded, SimilarityWeight = 1, AnswerWeight = 1, TeachersInGroup = true,
            ScaleRewards = ScaleRewards.Group, Iterations = 2, DiscriminatorUpdates = 2,
        };
        var trainer = new RilTrainer(
            settings, new StudentRollouts(student, ComputePlan.OnCpu, encoder, examples, 4, 2, sampling, draw, 1),
            new AnswerReward(new RuleJudge(JudgeRule.AfterMarker, "answer :")),
            new DiscriminatorPrompts(DiscriminatorInput.QuestionResponse, encoder), discriminator, policy);
        for (int step = 0; step < Steps; step++) trainer.Step(step, 1e-3, 1e-3, TestContext.Current.CancellationToken);
        return Convert.ToHexString(SHA256.HashData(TinyRun.Bits(student)));
    }

    private sealed class ConstantCollections : IDisposable
    {
        private readonly Thread _thread;
        private volatile bool _ended;

        public ConstantCollections()
        {
            _thread = new Thread(() =>
            {
                // Without a breath between them, threads that wait for one collection to end meet the next before they run: nobody would
                // get on.
                while (!_ended)
                {
                    GC.Collect(0);
                    Thread.SpinWait(20_000);
                }
            });
            _thread.Start();
        }

        public void Dispose()
        {
            _ended = true;
            _thread.Join();
        }
    }
}
