using RIL.Training.Datasets;
using RIL.Training.Evaluation;
using RIL.Training.Models;
using RIL.Training.Rewards;
using RIL.Training.Runs;

namespace RIL.Training.Stages;

/// <summary>Measures models on the held-out questions and remembers the figures for the closing table.</summary>
internal static class HeldOut
{
    /// <summary>Measures the student as it stands under a name of the table; nothing where there are no questions.</summary>
    public static void Student(RunModels state, string name, long runStep, RunSession session)
    {
        if (state.Inputs.EvaluationQuestions.Count == 0) return;
        EvaluationResult result = Measure(state.Inputs, state.Student, state.Inputs.Encoder, state.Inputs.EvaluationQuestions);
        session.Metrics(runStep, result.Metrics());
        Keep(state, name, result);
    }

    /// <summary>Measures the student on the validation questions, for tuning.</summary>
    public static void Validate(RunModels state, long runStep, RunSession session)
    {
        if (state.Inputs.ValidationQuestions.Count > 0)
            session.Metrics(runStep, Measure(state.Inputs, state.Student, state.Inputs.Encoder, state.Inputs.ValidationQuestions)
                .Metrics());
    }

    public static EvaluationResult Measure(RunInputs inputs, VisionLanguageModel model, IPromptEncoder encoder,
        IReadOnlyList<Example> questions) =>
        EvaluationResult.Of(new Evaluator(model, encoder, inputs.Judge, inputs.Config.EvaluationSampling(encoder),
            inputs.Config.EvalBatchSize)
            .Answer(questions, inputs.Seed));

    /// <summary>What a teacher answered to the held-out questions, as their rows carry it; lengths in the student's tokens.</summary>
    public static EvaluationResult OfRows(RunInputs inputs, string teacher) => EvaluationResult.Of(
        [.. from question in inputs.EvaluationQuestions
            from answer in question.TeacherResponses
            where answer.Teacher == teacher
            select new EvaluatedAnswer(question, answer.Text, inputs.Encoder.EncodeCompletion(answer.Text).Length + 1,
                inputs.Judge.Ask(question, answer.Text, teacher))]);

    public static void Keep(RunModels state, string name, EvaluationResult result) =>
        state.Evaluations.Add(new ModelAccuracy(name, result.Accuracy, result.ByType, result.Questions, result.MeanLength, result.Judged));
}
