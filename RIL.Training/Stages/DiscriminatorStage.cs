using RIL.Training.Grpo;
using RIL.Training.Optimizers;
using RIL.Training.Ril;
using RIL.Training.Runs;
using static TorchSharp.torch;

namespace RIL.Training.Stages;

/// <summary>
/// Stage 3: the discriminator learns to tell the fine-tuned student's answers from the teachers'. Before its first update the preflight
/// checks all models.
/// </summary>
internal sealed class DiscriminatorStage(RunModels state)
    : RunStage("discriminator", state.Inputs.Config.DiscriminatorPretrainSteps, state)
{
    private const long Draws = 1 << 30; // tells the draws of this stage from those of the loop
    private readonly LearningRate _rate = state.Inputs.Config.DiscriminatorPretrainRate;
    private StudentRollouts? _rollouts;
    private DiscriminatorPrompts? _prompts;

    public override void Enter(StagePosition? position)
    {
        State.MakeDiscriminator(position?.Checkpoint);
        _rollouts = State.NewRollouts();
        _prompts = new DiscriminatorPrompts(Config.DiscriminatorInput, Inputs.Encoder);
    }

    public override void Carry(Checkpoint checkpoint) => State.MakeDiscriminator(checkpoint);

    public override void Step(int step, long runStep, RunSession session)
    {
        // N answers a question and side, G at a time: the same questions come back N / G times with fresh answers.
        int repeats = Math.Max(1, Config.DiscriminatorPretrainCompletions / Config.CompletionsPerPrompt);
        IReadOnlyList<RolloutGroup> groups = _rollouts!.Collect(Draws + step, (long)(step / repeats) * Config.PromptsPerStep);
        DiscriminatorUpdate update = State.Discriminator!.Update(_prompts!.Of(groups), _rate.At(step), Config.DiscriminatorLossFloor);
        RequireFinite(step, session, update.Loss, update.GradientNorm);
        if (!Logs(step)) return;
        bool[] byStudent = [.. groups.SelectMany(g => g.Outputs).Select(o => o.IsStudent)];
        double Share(bool student) => update.Scores.Where((_, i) => byStudent[i] == student).Average(s => s >= 0.5 == student ? 1.0 : 0);
        session.Metrics(runStep, new Dictionary<string, double>
        {
            ["discriminator/loss"] = update.Loss, ["discriminator/grad_norm"] = update.GradientNorm,
            ["discriminator/accuracy_student"] = Share(true),
            ["discriminator/accuracy_teacher"] = Share(false),
            ["discriminator/accuracy"] = update.Scores.Select((s, i) => s >= 0.5 == byStudent[i] ? 1.0 : 0).Average(),
            ["learning_rate"] = _rate.At(step),
        });
    }

    public override IReadOnlyList<(string File, IReadOnlyList<(string Name, Tensor Value)> Tensors)> Tensors => State.DiscriminatorFiles;
}
