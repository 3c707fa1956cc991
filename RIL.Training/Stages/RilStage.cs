using RIL.Training.Grpo;
using RIL.Training.Models;
using RIL.Training.Rewards;
using RIL.Training.Ril;
using RIL.Training.Runs;
using static TorchSharp.torch;

namespace RIL.Training.Stages;

/// <summary>Stage 4: the loop.</summary>
internal sealed class RilStage(RunModels state) : RunStage("ril", state.Inputs.Config.MaxSteps, state)
{
    private const string OptimizerFile = "optimizer.safetensors", ReferenceFile = "reference.safetensors";
    private PolicyUpdate? _policy;
    private RilTrainer? _trainer;

    public override void Enter(Checkpoint? checkpoint)
    {
        // The student of a checkpoint of this stage has moved; the reference is stored beside it.
        State.Reference ??= ModelCatalog.Clone(State.Student);
        if (checkpoint is not null) RunModels.Copy(checkpoint, ReferenceFile, RunModels.Weights(State.Reference));
        if (Config.UsesDiscriminator && State.Discriminator is null)
        {
            State.Discriminator = State.NewDiscriminator();
            if (checkpoint is not null) DiscriminatorStage.Restore(State.Discriminator, checkpoint);
        }
        _policy = new PolicyUpdate(State.Student, State.Reference, Config.FreezeVisionTower, Config.PolicyLoss, Config.Temperature,
            Config.AdamW, Config.MaxGradNorm);
        if (checkpoint is not null) RunModels.Copy(checkpoint, OptimizerFile, _policy.Optimizer.AdamW.State());
        _trainer = new RilTrainer(
            Config.Ril, DiscriminatorStage.Rollouts(State), new AnswerReward(Inputs.Judge), State.Discriminator is null ? null
                : new DiscriminatorPrompts(Config.DiscriminatorInput, Inputs.Encoder),
            State.Discriminator, _policy);
    }

    public override void Step(int step, long runStep, RunSession session)
    {
        double rate = Config.PolicyRate.At(step);
        RilStepResult result = _trainer!.Step(step, rate, Config.DiscriminatorRate.At(step));
        foreach (PolicyUpdateResult update in result.Updates) RequireFinite(step, session, update.Loss, update.GradientNorm);
        foreach (DiscriminatorUpdate update in result.Discriminator?.Updates ?? [])
            RequireFinite(step, session, update.Loss, update.GradientNorm);
        State.Tokens += result.Groups.Sum(g => g.Outputs.Sum(o => g.Prompt.TokenIds.Length + o.TokenIds.Length));
        if (Logs(step))
        {
            session.Metrics(runStep, [.. RilMetrics.Of(result, rate), KeyValuePair.Create("num_tokens", (double)State.Tokens)]);
            if (Config.LogCompletions) session.Completions(runStep, Rows(result));
        }
        if (Validates(step)) HeldOut.Validate(State, runStep, session);
    }

    public override IReadOnlyList<(string File, IReadOnlyList<(string Name, Tensor Value)> Tensors)> Tensors =>
        [Optimizer(OptimizerFile, _policy!.Optimizer.AdamW), (ReferenceFile, RunModels.Weights(State.Reference!)),
            .. State.Discriminator is { } d ? DiscriminatorStage.Files(d) : []];

    public override void Dispose()
    {
        _policy?.Dispose();
        base.Dispose();
    }

    private static List<CompletionRow> Rows(RilStepResult result)
    {
        var rows = new List<CompletionRow>();
        foreach (RolloutGroup group in result.Groups)
        {
            string prompt = string.Join('\n', group.Example.Prompt.Select(m => string.Concat(m.Content.Select(c => c.Text ?? "<image>"))));
            string images = string.Join(' ', group.Example.Images.Select(i => i.Name));
            foreach (RolloutOutput output in group.Outputs)
            {
                OutputScore score = result.Scores[rows.Count];
                var rewards = new Dictionary<string, double?> { ["answer"] = score.Answer };
                if (result.Discriminator is not null) rewards["similarity"] = score.Similarity;
                rows.Add(new CompletionRow(prompt, output.Text, output.Source, rewards, score.DiscriminatorScore, score.Reason,
                    score.GroupReward is null ? null : result.Advantages.Values[rows.Count], images));
            }
        }
        return rows;
    }
}
