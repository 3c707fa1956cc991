using RIL.Training.Runs;

namespace RIL.Training.Stages;

/// <summary>
/// Takes a stage through its steps: evaluations between them, checkpoints, its early end, and requests, which act between steps and within
/// what answers questions.
/// </summary>
/// <param name="stage">The stage, entered.</param>
/// <param name="before">The run's steps before it.</param>
/// <param name="state">The run's models.</param>
/// <param name="session">The run.</param>
internal sealed class StageCourse(RunStage stage, long before, RunModels state, RunSession session)
{
    private int _step;
    private bool _evaluated = true;

    /// <summary>Steps of the stage done.</summary>
    public int Step => _step;

    /// <summary>
    /// Goes from <paramref name="position"/>, or through <paramref name="begin"/> from the start, to the end; gives how the run has ended
    /// (<c>stopped</c>, <c>paused</c>) where it was asked to.
    /// </summary>
    public string? Run(StagePosition? position, Action begin)
    {
        int first = position?.Step ?? 0;
        (_step, _evaluated) = (first, position?.Evaluated ?? true);
        try
        {
            if (position is null) begin();
            Steps();
            stage.Leave(before + _step, session);
        }
        catch (OperationCanceledException) when (session.Job.Control.Requested is not RunRequest.None)
        {
            // What was interrupted changed nothing; where nothing else happened either, the last checkpoint says it all.
            if (_step > first) Save(left: false);
            return session.Job.FinishAsAsked();
        }
        if (stage.Steps > 0 && stage is not EvaluationStage) Save(left: true);
        return null;
    }

    private void Steps()
    {
        while (true)
        {
            if (!_evaluated) Evaluate();
            if (_step >= stage.Steps || stage.EndsEarly) return;
            session.Job.ThrowWhereAsked();
            stage.Step(_step, before + _step + 1, session);
            _step++;
            _evaluated = false;
        }
    }

    private void Evaluate()
    {
        stage.Evaluate(_step - 1, before + _step, session);
        _evaluated = true;
        session.Job.Progress(_step, stage.Steps);
        int save = session.Config.SaveSteps;
        if (save > 0 && _step % save == 0 && _step < stage.Steps && !stage.EndsEarly) Save(left: false);
    }

    private void Save(bool left) => session.Save(before + _step, new CheckpointContent(
        StagePosition.Write(stage, _step, _evaluated, left, state), stage.Tensors,
        folder => EvaluationStage.WriteStudent(state, folder)));
}
