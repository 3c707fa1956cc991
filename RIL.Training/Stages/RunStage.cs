using System.Text.Json;
using System.Text.Json.Nodes;
using RIL.Training.Configuration;
using RIL.Training.Layers;
using RIL.Training.Optimizers;
using RIL.Training.Runs;
using static TorchSharp.torch;

namespace RIL.Training.Stages;

/// <summary>
/// A part of a run that goes step by step and can be left and entered again at every step. It may end before its last step, and may leave
/// tensors and a state of its own in checkpoints.
/// </summary>
internal abstract class RunStage(string name, int steps, RunModels state) : IDisposable
{
    public string Name => name;

    /// <summary>Steps of the stage, if it does not end early.</summary>
    public int Steps => steps;

    protected RunModels State => state;

    protected RunInputs Inputs => state.Inputs;

    protected RunConfig Config => state.Inputs.Config;

    /// <summary>Whether a checkpoint that names this stage means this one; earlier versions may have called it otherwise.</summary>
    public virtual bool IsCalled(string stage) => stage == name;

    /// <summary>Builds what the steps need; where a checkpoint of this stage is given, as it was then.</summary>
    public virtual void Enter(StagePosition? position)
    {
    }

    /// <summary>
    /// Instead of entering: the stage lies behind the checkpoint that was written at its end, and others need what it leaves.
    /// </summary>
    public virtual void Carry(Checkpoint checkpoint)
    {
    }

    /// <summary>
    /// Step <paramref name="step"/> of the stage, the first being 0; its numbers and completions go to the session under
    /// <paramref name="runStep"/>. Throws <see cref="OperationCanceledException"/> where it was interrupted and happens again.
    /// </summary>
    public abstract void Step(int step, long runStep, RunSession session);

    /// <summary>
    /// Evaluates after step <paramref name="step"/>; changes no weight, so that it can be interrupted, as <see cref="Step"/> can, and
    /// happens again.
    /// </summary>
    public virtual void Evaluate(int step, long runStep, RunSession session)
    {
    }

    /// <summary>Whether the stage is over although steps are left.</summary>
    public virtual bool EndsEarly => false;

    /// <summary>After the last step; may be interrupted, and happens again.</summary>
    public virtual void Leave(long runStep, RunSession session)
    {
    }

    /// <summary>What a checkpoint of this stage remembers in trainer_state.json, besides positions; null = nothing.</summary>
    public virtual JsonObject? Memory => null;

    /// <summary>What a checkpoint of this stage holds besides the student.</summary>
    public virtual IReadOnlyList<(string File, IReadOnlyList<(string Name, Tensor Value)> Tensors)> Tensors => [];

    public virtual void Dispose() => GC.SuppressFinalize(this);

    protected bool Logs(int step) => (step + 1) % Config.LoggingSteps == 0 || step + 1 == steps;

    // After the last step the closing evaluation asks the held-out questions; a validation set of its own is asked there too.
    protected bool Validates(int step) => Config.EvalSteps > 0 && (step + 1) % Config.EvalSteps == 0
        && (step + 1 < steps || Config.ValidationDataset is not null);

    /// <summary>A histogram to fill where the gradients of this step are to be counted, or null.</summary>
    protected GradientHistogram? NewHistogram(int step) =>
        Config.GradientHistogramSteps > 0 && (step + 1) % Config.GradientHistogramSteps == 0 ? new GradientHistogram() : null;

    /// <summary>Writes what a histogram holds, an event for each part of the model.</summary>
    protected static void Show(GradientHistogram? histogram, long runStep, RunSession session)
    {
        foreach (ModelPart part in histogram?.Parts.Keys ?? [])
        {
            (IReadOnlyList<double> edges, IReadOnlyList<long> counts, long zeros) = histogram!.Shown(part);
            session.Histogram(runStep, $"gradients/{JsonNamingPolicy.SnakeCaseLower.ConvertName(part.ToString())}", edges, counts, zeros);
        }
    }

    /// <summary>Throws where a number of the step is none.</summary>
    protected void RequireFinite(int step, RunSession session, params ReadOnlySpan<double> values)
    {
        foreach (double value in values)
            if (!double.IsFinite(value))
                throw new InputException($"The loss or gradient of step {step + 1} of stage {name} is not a number; "
                    + $"{session.LastGoodSentence()} Lower the learning rate or max_grad_norm and start again from there.");
    }

    protected static (string, IReadOnlyList<(string, Tensor)>) Optimizer(string file, AdamW optimizer) => (file, optimizer.State());
}
