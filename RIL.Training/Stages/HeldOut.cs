using System.Globalization;
using RIL.Training.Datasets;
using RIL.Training.Evaluation;
using RIL.Training.Models;
using RIL.Training.Rewards;
using RIL.Training.Runs;

namespace RIL.Training.Stages;

/// <summary>Measures models on the held-out questions and remembers the figures for the closing table.</summary>
internal static class HeldOut
{
    /// <summary>
    /// Measures the student as it stands under a name of the table; nothing where there are no questions. <paramref name="isStep"/> says
    /// whether this is all that the stage's step does.
    /// </summary>
    public static void Student(RunModels state, string name, long runStep, RunSession session, bool isStep)
    {
        if (state.Inputs.EvaluationQuestions.Count == 0) return;
        EvaluationResult result = Measure(state.Inputs, state.Student, state.Inputs.Encoder, state.Inputs.EvaluationQuestions, session,
            isStep);
        session.Metrics(runStep, result.Metrics());
        Keep(state, name, result);
    }

    /// <summary>Measures the student on the validation questions, for tuning, and tells the stage's early stopping.</summary>
    public static void Validate(RunStage stage, RunModels state, EarlyStopping stopping, int step, long runStep, RunSession session)
    {
        if (state.Inputs.ValidationQuestions.Count == 0) return;
        EvaluationResult result = Measure(state.Inputs, state.Student, state.Inputs.Encoder, state.Inputs.ValidationQuestions, session,
            isStep: false);
        session.Metrics(runStep, result.Metrics());
        stopping.Hear(result.Accuracy);
        if (!stopping.Ends || step + 1 >= stage.Steps) return;
        string best = stopping.Best is { } b ? string.Create(CultureInfo.InvariantCulture, $"was never again above {b:0.####}")
            : "could never be told";
        session.Log($"Stage {stage.Name} ends early, after step {step + 1} of {stage.Steps}: the accuracy on the validation questions "
            + $"{best} "
            + $"in the last {state.Inputs.Config.EarlyStoppingPatience} evaluations (early_stopping_patience).");
    }

    /// <summary>Asks a model the questions, with progress; throws where the run is asked to end meanwhile.</summary>
    public static EvaluationResult Measure(RunInputs inputs, VisionLanguageModel model, IPromptEncoder encoder,
        IReadOnlyList<Example> questions, RunSession session, bool isStep) =>
        EvaluationResult.Of(new Evaluator(model, inputs.Plan, encoder, inputs.Judge, inputs.Config.EvaluationSampling(encoder),
            inputs.Config.EvalBatchSize)
            .Answer(questions, inputs.Seed, (done, of) => session.Job.Part(done, of, "questions", isStep)));

    /// <summary>What a teacher answered to the held-out questions, as their rows carry it; lengths in the student's tokens.</summary>
    public static EvaluationResult OfRows(RunInputs inputs, string teacher) => EvaluationResult.Of(
        [.. from question in inputs.EvaluationQuestions
            from answer in question.TeacherResponses
            where answer.Teacher == teacher
            select new EvaluatedAnswer(question, answer.Text,
                inputs.Encoder.EncodeCompletion(answer.Text).Length + (answer.Truncated ? 0 : 1),
                inputs.Judge.Ask(question, answer.Text, teacher))]);

    /// <summary>Remembers the figures of a model for the closing table.</summary>
    public static void Keep(RunModels state, string name, EvaluationResult result) => state.Evaluations.Add(Figures(name, result));

    /// <summary>A row of the closing table.</summary>
    public static ModelAccuracy Figures(string name, EvaluationResult result) =>
        new(name, result.Accuracy, result.ByType, result.Questions, result.MeanLength, result.Judged);
}
