using RIL.Training.Configuration;
using RIL.Training.Models;
using RIL.Training.Runs;

namespace RIL.Training.Stages;

/// <summary>
/// Stage 5: the trained student, then the teachers, on the held-out questions; one step a model. A teacher answers where it has a
/// checkpoint, or has answered where every held-out row carries answers of it. The student is written as a checkpoint of its own.
/// </summary>
internal sealed class EvaluationStage(RunModels state) : RunStage("evaluation", state.Inputs.EvaluationQuestions.Count == 0 ? 0
    : 1 + Measured(state).Count(), state)
{
    // What answers now needs the memory more than what trained.
    public override void Enter(StagePosition? position) => State.FreeHelpers();

    public override void Step(int step, long runStep, RunSession session)
    {
        if (step == 0)
        {
            if (Config.TrainsPolicy) HeldOut.Student(State, Config.PolicyName, runStep, session, isStep: true);
            return;
        }
        TeacherSource teacher = Measured(State).ElementAt(step - 1);
        if (teacher.Checkpoint is null)
        {
            HeldOut.Keep(State, teacher.Name, HeldOut.OfRows(Inputs, teacher.Name));
            return;
        }
        string folder = InputReference.ResolvePath(teacher.Checkpoint);
        using VisionLanguageModel model = Inputs.Plan.Load(folder);
        IPromptEncoder encoder = ModelCatalog.LoadPromptEncoder(folder, Config.MinPixels, Config.MaxPixels);
        HeldOut.Keep(State, teacher.Name, HeldOut.Measure(Inputs, model, encoder, Inputs.EvaluationQuestions, session,
            isStep: true));
    }

    public override void Leave(long runStep, RunSession session)
    {
        string beside = session.Folder.Student + ".writing";
        if (Directory.Exists(beside)) Directory.Delete(beside, recursive: true);
        WriteStudent(State, beside);
        if (Directory.Exists(session.Folder.Student)) Directory.Delete(session.Folder.Student, recursive: true);
        Directory.Move(beside, session.Folder.Student);
    }

    /// <summary>Writes the student as it stands as a Hugging Face checkpoint.</summary>
    public static void WriteStudent(RunModels state, string folder)
    {
        ModelCatalog.Save(state.Student, folder);
        state.Inputs.Encoder.Save(folder);
    }

    private static IEnumerable<TeacherSource> Measured(RunModels state) =>
        state.Inputs.Config.Teachers.Where(t => t.Checkpoint is not null
            || state.Inputs.EvaluationQuestions.All(q => q.TeacherResponses.Any(r => r.Teacher == t.Name)));
}
