using System.Text.Json;
using System.Text.Json.Nodes;
using RIL.Training.Configuration;
using RIL.Training.Models;
using RIL.Training.Ril;
using RIL.Training.Runs;

namespace RIL.Training.Stages;

/// <summary>
/// A whole run: SFT warm start, teachers' answers, discriminator, RIL, evaluation. Baselines are the same run with parts left out by the
/// configuration. At every step it can be ended and gone on with, and comes to the same weights and metrics bit for bit.
/// </summary>
public static class RilRun
{
    private const string StepKey = "stage_step", EvaluationsKey = "evaluations", TokensKey = "num_tokens";

    /// <summary>Runs, or goes on with, what the session is about; gives <c>completed</c>, <c>stopped</c> or <c>paused</c>.</summary>
    public static string Execute(RunSession session)
    {
        try
        {
            return Run(session);
        }
        catch (Exception e)
        {
            session.Fail(e is InputException ? e.Message : $"{e.GetType().Name}: {e.Message}");
            throw;
        }
    }

    private static string Run(RunSession session)
    {
        RunInputs inputs = RunInputs.Load(session.Config);
        Checkpoint? checkpoint = session.Resumed;
        using var state = new RunModels(inputs, ModelCatalog.Load(checkpoint?.Folder ?? inputs.StudentFolder, inputs.Device));
        state.Student.RecomputesLayers = session.Config.GradientCheckpointing;
        if (checkpoint is not null)
        {
            state.Evaluations.AddRange(checkpoint.State[EvaluationsKey].Deserialize<List<ModelAccuracy>>()!);
            state.Tokens = checkpoint.State[TokensKey]!.GetValue<long>();
        }
        string? resumedStage = checkpoint?.State["stage"]!.GetValue<string>();
        long before = 0; // the run's steps of the stages before this one
        Func<RunModels, RunStage>[] plan = Plan(inputs);
        bool passed = resumedStage is null;
        for (int i = 0; i < plan.Length; i++)
        {
            using RunStage stage = plan[i](state);
            bool within = stage.Name == resumedStage;
            int first = within ? checkpoint!.State[StepKey]!.GetValue<int>() : 0;
            if (!passed && (!within || first == stage.Steps))
            {
                passed = within;
                Carry(stage, state, checkpoint!, within);
                before += stage.Steps;
                continue;
            }
            passed = true;
            stage.Enter(within ? checkpoint : null);
            if (!within) Begin(stage, i == 0, state, session);
            if (Steps(stage, first, before, state, session) is { } ended) return ended;
            before += stage.Steps;
        }
        session.Finish("completed", new RunSummary(state.Evaluations, Path.GetFileName(session.Folder.Student)));
        return "completed";
    }

    private static void Begin(RunStage stage, bool first, RunModels state, RunSession session)
    {
        session.Stage(stage.Name, stage.Steps);
        if (first || stage is DiscriminatorStage or RilStage) session.Log(CheckModels(state));
        if (first) HeldOut.Student(state, "before", 0, session);
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

    private static string? Steps(RunStage stage, int first, long before, RunModels state, RunSession session)
    {
        for (int step = first; step < stage.Steps; step++)
        {
            if (session.Control.Requested is not RunRequest.None and var request)
            {
                if (step > first) Save(stage, step, before + step, state, session);
                string ended = request == RunRequest.Pause ? "paused" : "stopped";
                session.Finish(ended);
                return ended;
            }
            stage.Step(step, before + step + 1, session);
            session.Progress(step + 1, stage.Steps);
            int save = session.Config.SaveSteps;
            if (save > 0 && (step + 1) % save == 0 && step + 1 < stage.Steps) Save(stage, step + 1, before + step + 1, state, session);
        }
        stage.Leave(before + stage.Steps, session);
        if (stage.Steps > 0 && stage is not EvaluationStage) Save(stage, stage.Steps, before + stage.Steps, state, session);
        return null;
    }

    private static void Save(RunStage stage, int step, long runStep, RunModels state, RunSession session)
    {
        var position = new JsonObject { [StepKey] = step, [EvaluationsKey] = JsonSerializer.SerializeToNode(state.Evaluations),
            [TokensKey] = state.Tokens };
        session.Save(runStep, new CheckpointContent(position, stage.Tensors, folder => EvaluationStage.WriteStudent(state, folder)));
    }

    // Stages that lie behind a checkpoint leave their models to those that follow.
    private static void Carry(RunStage stage, RunModels state, Checkpoint checkpoint, bool within)
    {
        if (stage is not DiscriminatorStage || !within) return;
        state.Discriminator = state.NewDiscriminator();
        DiscriminatorStage.Restore(state.Discriminator, checkpoint);
    }

    private static string CheckModels(RunModels state)
    {
        RunInputs inputs = state.Inputs;
        bool seesImage = inputs.Config.DiscriminatorInput == DiscriminatorInput.ImageQuestionResponse;
        return Preflight.Check(state.Student, state.Reference, state.Discriminator, seesImage, inputs.Encoder, inputs.Questions,
            inputs.Sampling, inputs.Seed);
    }
}
