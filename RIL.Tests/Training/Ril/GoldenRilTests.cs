using System.Text.Json.Nodes;
using RIL.Tests.Training.Models;
using RIL.Training.Datasets;
using RIL.Training.Grpo;
using RIL.Training.Models;
using RIL.Training.Optimizers;
using RIL.Training.Rewards;
using RIL.Training.Ril;
using RIL.Training.Training;
using static TorchSharp.torch;

namespace RIL.Tests.Training.Ril;

/// <summary>
/// Three whole steps of Algorithm 2 against the same arithmetic on transformers' models, through the trainer that really trains.
/// </summary>
public sealed class GoldenRilTests
{
    private const double Forward = 1e-4, AfterUpdates = 1e-3;

    [Theory, InlineData("graded"), InlineData("paper"), InlineData("scaled"), InlineData("student_only")]
    public void ThreeSteps_AgreeWithTheReference(string name)
    {
        using var cases = new GoldenCases(Fixtures.Path("ril", "cases.safetensors"));
        JsonObject meta = ((JsonArray)JsonNode.Parse(File.ReadAllText(Fixtures.Path("ril", "cases.json")))!).Select(n => (JsonObject)n!)
            .Single(n => n["case"]!.GetValue<string>() == name);
        T Get<T>(string key) => meta[key]!.GetValue<T>();
        var rows = new GivenRollouts(cases);
        var adamW = new AdamWSettings(0.9, 0.999, Get<double>("adam_epsilon"), Get<double>("weight_decay"));
        using VisionLanguageModel student = ModelCatalog.Load(Fixtures.Path("qwen2_5_vl"), CPU);
        using VisionLanguageModel reference = ModelCatalog.Clone(student);
        using var discriminator = new Discriminator(
            ModelCatalog.Clone(student), ComputePlan.OnCpu, tensor(cases.Floats("inputs/head_weight"), [1, student.HiddenSize]),
                tensor(cases.Floats("inputs/head_bias")), false, adamW, Get<double>("max_grad_norm"));
        var loss = new PolicyLossSettings(LossType.DrGrpo, ImportanceSamplingLevel.Token, Get<double>("epsilon"),
            Get<double>("epsilon_high"), Get<double>("beta"), Get<int>("max_completion_length"));
        using var policy = new PolicyUpdate(student, reference, ComputePlan.OnCpu, false, loss, 1, adamW, Get<double>("max_grad_norm"));
        var settings = new RilSettings
        {
            Similarity = Get<string>("similarity") == "graded" ? Similarity.Graded : Similarity.Binary,
            SimilarityWeight = meta["reward_weights"]![0]!.GetValue<double>(),
            AnswerWeight = meta["reward_weights"]![1]!.GetValue<double>(),
            TeachersInGroup = Get<bool>("teachers_in_group"),
            ScaleRewards = Get<string>("scale_rewards") == "group" ? ScaleRewards.Group : ScaleRewards.None,
            Iterations = Get<int>("num_iterations"),
            DiscriminatorUpdates = Get<int>("num_iterations"),
        };
        // The encoder is asked for nothing where picture, question and response are shown.
        var trainer = new RilTrainer(settings, rows, rows, new DiscriminatorPrompts(DiscriminatorInput.ImageQuestionResponse, null!),
            discriminator, policy);

        for (int step = 0; step < Get<int>("steps"); step++)
        {
            double forward = step == 0 ? Forward : AfterUpdates;
            RilStepResult result = trainer.Step(step, Get<double>("learning_rate"), Get<double>("discriminator_learning_rate"),
                TestContext.Current.CancellationToken);
            Near("score_before", step, forward, result.Discriminator!.ScoresBefore);
            Near("d_loss", step, AfterUpdates, [.. result.Discriminator.Updates.Select(u => u.Loss)]);
            Near("d_grad_norm", step, AfterUpdates, [.. result.Discriminator.Updates.Select(u => u.GradientNorm)], relative: true);
            Near("score_after", step, AfterUpdates, [.. result.Scores.Select(s => s.DiscriminatorScore!.Value)]);
            Near("reward", step, AfterUpdates, [.. result.Scores.Select(s => s.Reward!.Value)]);
            Near("advantage", step, AfterUpdates, result.Advantages.Values);
            NearLogProbabilities("old_logps", step, forward, policy.OldLogProbabilities);
            NearLogProbabilities("ref_logps", step, Forward, policy.ReferenceLogProbabilities);
            Near("loss", step, AfterUpdates, [.. result.Updates.Select(u => u.Loss)]);
            Near("kl", step, AfterUpdates, [.. result.Updates.Select(u => u.Mean(p => p.Kl / p.Tokens))]);
            Near("grad_norm", step, AfterUpdates, [.. result.Updates.Select(u => u.GradientNorm)], relative: true);
        }
        using var _ = no_grad();
        var final = new PackedBatch([.. rows.Groups.Select(g =>
            new PromptWithCompletions(g.Prompt, [.. g.Outputs.Select(o => o.TokenIds)]))]);
        float[] logps = GoldenCases.Floats(TokenLogProbs.Of(student, student.Hidden(final), final));
        int at = 0;
        NearLogProbabilities("final_logps", 0, AfterUpdates,
            [.. rows.Groups.SelectMany(g => g.Outputs).Select(o => logps[at..(at += o.TokenIds.Length)])]);
        Near("final_score", 0, AfterUpdates,
            discriminator.Scores([.. rows.Groups.Select(g => new DiscriminatorText(g.Prompt, [.. g.Outputs.Select(o => o.TokenIds)],
            [.. g.Outputs.Select(o => o.IsStudent)]))]));

        void Near(string what, int step, double tolerance, IReadOnlyList<double> actual, bool relative = false)
        {
            float[] all = cases.Floats($"{name}/{what}");
            int width = all.Length / (int)cases.Shape($"{name}/{what}")[0];
            Assert.Equal(width, actual.Count);
            for (int i = 0; i < width; i++)
            {
                double expected = all[(step * width) + i], allowed = relative ? tolerance * Math.Max(1, expected) : tolerance;
                Assert.True(Math.Abs(expected - actual[i]) <= allowed,
                    $"{name} step {step} {what}[{i}]: expected {expected}, got {actual[i]}");
            }
        }

        void NearLogProbabilities(string what, int step, double tolerance, IReadOnlyList<float[]?> actual)
        {
            float[] all = cases.Floats($"{name}/{what}");
            long[] mask = cases.Longs("inputs/completion_mask");
            int width = (int)cases.Shape("inputs/completion_mask")[1];
            int compared = 0;
            for (int row = 0; row < actual.Count; row++)
            {
                if (actual[row] is not { } values) continue; // took no part
                int[] columns = [.. Enumerable.Range(0, width).Where(c => mask[(row * width) + c] == 1)];
                Assert.Equal(columns.Length, values.Length);
                for (int t = 0; t < columns.Length; t++)
                {
                    double expected = all[(((step * actual.Count) + row) * width) + columns[t]];
                    Assert.True(Math.Abs(expected - values[t]) <= tolerance,
                        $"{name} step {step} {what}[{row},{t}]: expected {expected}, got {values[t]}");
                    compared++;
                }
            }
            Assert.True(compared > 0);
        }
    }

    /// <summary>The fixture's completions and verdicts, through the seams a real run uses.</summary>
    private sealed class GivenRollouts : IRolloutSource, IReward
    {
        private readonly float[] _verdicts;

        public GivenRollouts(GoldenCases cases)
        {
            long[] ids = cases.Longs("inputs/input_ids"), attention = cases.Longs("inputs/attention_mask"),
                completion = cases.Longs("inputs/completion_mask");
            long[] promptOfRow = cases.Longs("inputs/prompt_of_row"), isTeacher = cases.Longs("inputs/is_teacher"),
                teacher = cases.Longs("inputs/teacher_of_row");
            int width = (int)cases.Shape("inputs/input_ids")[1];
            _verdicts = cases.Floats("inputs/answer_reward");
            var images = cases.Images("inputs");
            Groups = [.. promptOfRow.Distinct().Select(p =>
            {
                int[] rows = [.. Enumerable.Range(0, promptOfRow.Length).Where(r => promptOfRow[r] == p)];
                int[] Tokens(int row, bool ofCompletion) =>
                    [.. Enumerable.Range(0, width).Where(c => attention[(row * width) + c] == 1
                    && (c > 0 && completion[(row * (width - 1)) + c - 1] == 1) == ofCompletion).Select(c => (int)ids[(row * width) + c])];
                var outputs = rows.Select(r => new RolloutOutput(isTeacher[r] == 1 ? $"teacher{teacher[r]}" : RolloutOutput.Student,
                    Tokens(r, true), r.ToString(System.Globalization.CultureInfo.InvariantCulture), false, null));
                return new RolloutGroup(new Example($"{p}", [], [], "", null, null, []),
                    new EncodedPrompt(Tokens(rows[0], false), [images[(int)p]]), [.. outputs]);
            })];
        }

        public IReadOnlyList<RolloutGroup> Groups { get; }

        public string Name => "answer";

        public IReadOnlyList<RolloutGroup> Collect(int step) => Groups;

        public ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<JudgedCompletion> completions, CancellationToken cancellation) =>
            ValueTask.FromResult<IReadOnlyList<Verdict>>(
                [.. completions.Select(c => new Verdict(_verdicts[int.Parse(c.Text, System.Globalization.CultureInfo.InvariantCulture)],
                null))]);
    }
}
