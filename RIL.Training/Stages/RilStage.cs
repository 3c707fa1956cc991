using System.Text.Json.Nodes;
using RIL.Training.Configuration;
using RIL.Training.Grpo;
using RIL.Training.Rewards;
using RIL.Training.Ril;
using RIL.Training.Runs;
using static TorchSharp.torch;

namespace RIL.Training.Stages;

/// <summary>Stage 4: the loop.</summary>
internal sealed class RilStage(RunModels state) : RunStage(state.Inputs.Config.PolicyName, state.Inputs.Config.MaxSteps, state)
{
    private const string OptimizerFile = "optimizer.safetensors", WatchKey = "learning";
    private readonly EarlyStopping _stopping = new(state.Inputs.Config.EarlyStoppingPatience);
    private readonly LearningWatch _watch = new(state.Inputs.Config.MaxIdleSteps);
    private PolicyUpdate? _policy;
    private RilTrainer? _trainer;

    public override bool EndsEarly => _stopping.Ends;

    public override JsonObject? Memory
    {
        get
        {
            JsonObject memory = _stopping.State() ?? [];
            memory[WatchKey] = _watch.State();
            return memory;
        }
    }

    public override bool IsCalled(string stage) => base.IsCalled(stage) || stage == PolicyNames.Ril;

    public override void Enter(StagePosition? position)
    {
        Checkpoint? checkpoint = position?.Checkpoint;
        _stopping.Restore(position?.Memory);
        _watch.Restore(position?.Memory?[WatchKey] as JsonObject);
        // The student of a checkpoint of this stage has moved; the reference is stored beside it.
        State.MakeReference(checkpoint);
        if (Config.UsesDiscriminator && State.Discriminator is null) State.MakeDiscriminator(checkpoint);
        _policy = new PolicyUpdate(State.Student, State.Reference!, Inputs.Plan, Config.FreezeVisionTower,
            Config.PolicyLoss, Config.Temperature,
            Config.AdamW, Config.MaxGradNorm);
        if (checkpoint is not null) RunModels.Copy(checkpoint, OptimizerFile, _policy.Optimizer.AdamW.State());
        _trainer = new RilTrainer(
            Config.Ril, State.NewRollouts(), new AnswerReward(Inputs.Judge), State.Discriminator is null ? null
                : new DiscriminatorPrompts(Config.DiscriminatorInput, Inputs.Encoder),
            State.Discriminator, _policy);
    }

    public override void Step(int step, long runStep, RunSession session)
    {
        double rate = Config.PolicyRate.At(step);
        _policy!.Optimizer.Gradients = NewHistogram(step);
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
        Show(_policy.Optimizer.Gradients, runStep, session);
        foreach (string warning in _watch.Look(result, step + 1 == Steps)) session.Log(warning, warning: true);
    }

    public override void Evaluate(int step, long runStep, RunSession session)
    {
        if (Validates(step)) HeldOut.Validate(this, State, _stopping, step, runStep, session);
    }

    public override IReadOnlyList<(string File, IReadOnlyList<(string Name, Tensor Value)> Tensors)> Tensors =>
        [Optimizer(OptimizerFile, _policy!.Optimizer.AdamW), State.ReferenceWeights, .. State.DiscriminatorFiles];

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
                var rewards = new Dictionary<string, double?>();
                if (score.Asked) rewards["answer"] = score.Answer;
                if (result.Discriminator is not null) rewards["similarity"] = score.Similarity;
                rows.Add(new CompletionRow(prompt, output.Text, output.Source, rewards, score.DiscriminatorScore, score.Reason,
                    score.GroupReward is null ? null : result.Advantages.Values[rows.Count], images));
            }
        }
        return rows;
    }
}
