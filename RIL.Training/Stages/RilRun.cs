using RIL.Training.Configuration;
using RIL.Training.Preflight;
using RIL.Training.Ril;
using RIL.Training.Runs;

namespace RIL.Training.Stages;

/// <summary>
/// A whole run: SFT warm start, teachers' answers, discriminator, RIL, evaluation. Baselines are the same run with parts left out by the
/// configuration. At every step it can be ended and gone on with, and comes to the same weights and metrics bit for bit.
/// </summary>
public static class RilRun
{
    /// <summary>Runs, or goes on with, what the session is about; gives <c>completed</c>, <c>stopped</c> or <c>paused</c>.</summary>
    public static string Execute(RunSession session)
    {
        try
        {
            return Run(session);
        }
        catch (Exception e)
        {
            session.Fail(JobFolder.Sentence(e));
            throw;
        }
    }

    private static string Run(RunSession session)
    {
        RunInputs inputs = RunInputs.Load(session.Config);
        InputFingerprints read;
        try
        {
            read = InputChecks.Require(inputs, session);
        }
        catch (OperationCanceledException) when (session.Job.Control.Requested is not RunRequest.None)
        {
            return session.Job.FinishAsAsked();
        }
        Checkpoint? checkpoint = session.Resumed;
        using var state = new RunModels(inputs, inputs.Plan.Load(checkpoint?.Folder ?? inputs.StudentFolder)) { Read = read };
        StagePosition? position = checkpoint is null ? null : StagePosition.Read(checkpoint, state);
        long before = 0; // the run's steps of the stages before this one
        bool passed = position is null;
        foreach ((int i, Func<RunModels, RunStage> make) in Plan(inputs).Index())
        {
            using RunStage stage = make(state);
            bool within = !passed && stage.IsCalled(position!.Stage);
            if (!passed && !within) continue;
            passed = true;
            if (within) before = position!.Before;
            if (within && (position!.Left ?? position.Step >= stage.Steps))
            {
                stage.Carry(checkpoint!);
                before += position.Step;
                continue;
            }
            stage.Enter(within ? position : null);
            var course = new StageCourse(stage, before, state, session);
            if (course.Run(within ? position : null, () => Begin(stage, i == 0, state, session)) is { } ended) return ended;
            before += course.Step;
        }
        if (!passed) throw new InputException(
            $"{checkpoint!.Folder}: it was written in stage {position!.Stage}, which this run does not have; "
            + $"it is of another version of the program. Start a new run with this folder as student.");
        session.Job.Finish("completed", new RunSummary(state.Evaluations, Path.GetFileName(session.Folder.Student)));
        return "completed";
    }

    private static void Begin(RunStage stage, bool first, RunModels state, RunSession session)
    {
        session.Job.Stage(stage.Name, stage.Steps);
        if (first || stage is DiscriminatorStage or RilStage) session.Log(CheckModels(state));
        if (first) HeldOut.Student(state, "before", 0, session, isStep: false);
    }

    private static Func<RunModels, RunStage>[] Plan(RunInputs inputs)
    {
        RunConfig config = inputs.Config;
        var plan = new List<Func<RunModels, RunStage>>();
        // fine-tuning reads their answers
        if (config.UsesTeachers && config.SftSource != SftSource.GroundTruth) plan.Add(s => new TeacherStage(s));
        if (config.FineTunes) plan.Add(SftStage.Of);
        if (config.UsesTeachers && config.SftSource == SftSource.GroundTruth) plan.Add(s => new TeacherStage(s));
        if (config.UsesDiscriminator) plan.Add(s => new DiscriminatorStage(s));
        if (config.TrainsPolicy) plan.Add(s => new RilStage(s));
        plan.Add(s => new EvaluationStage(s));
        return [.. plan];
    }

    private static string CheckModels(RunModels state)
    {
        RunInputs inputs = state.Inputs;
        bool seesImage = inputs.Config.DiscriminatorInput == DiscriminatorInput.ImageQuestionResponse;
        return ModelChecks.Check(state.Student, inputs.Plan, state.Reference, state.Discriminator, seesImage,
            inputs.Encoder, inputs.Questions,
            inputs.Sampling, inputs.Seed);
    }
}
