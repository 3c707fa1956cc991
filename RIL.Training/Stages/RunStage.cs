using RIL.Training.Configuration;
using RIL.Training.Optimizers;
using RIL.Training.Runs;
using static TorchSharp.torch;

namespace RIL.Training.Stages;

/// <summary>A part of a run that goes step by step and can be left and entered again at every step.</summary>
internal abstract class RunStage(string name, int steps, RunModels state) : IDisposable
{
    public string Name => name;

    public int Steps => steps;

    protected RunModels State => state;

    protected RunInputs Inputs => state.Inputs;

    protected RunConfig Config => state.Inputs.Config;

    /// <summary>Builds what the steps need; where a checkpoint of this stage is given, as it was then.</summary>
    public virtual void Enter(Checkpoint? checkpoint)
    {
    }

    /// <summary>
    /// Step <paramref name="step"/> of the stage, the first being 0; its numbers and completions go to the session under
    /// <paramref name="runStep"/>.
    /// </summary>
    public abstract void Step(int step, long runStep, RunSession session);

    /// <summary>After the last step.</summary>
    public virtual void Leave(long runStep, RunSession session)
    {
    }

    /// <summary>What a checkpoint of this stage holds besides the student.</summary>
    public virtual IReadOnlyList<(string File, IReadOnlyList<(string Name, Tensor Value)> Tensors)> Tensors => [];

    public virtual void Dispose() => GC.SuppressFinalize(this);

    protected bool Logs(int step) => (step + 1) % Config.LoggingSteps == 0 || step + 1 == steps;

    // After the last step the closing evaluation asks the held-out questions; a validation set of its own is asked there too.
    protected bool Validates(int step) => Config.EvalSteps > 0 && (step + 1) % Config.EvalSteps == 0
        && (step + 1 < steps || Config.ValidationDataset is not null);

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
