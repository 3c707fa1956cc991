using RIL.Training.Configuration;
using RIL.Training.Models;
using RIL.Training.Runs;
using RIL.Training.Teachers;

namespace RIL.Training.Stages;

/// <summary>
/// Stage 2: the teachers' answers, one step a teacher; kept ones are reused, missing ones collected where the teacher has a checkpoint.
/// </summary>
internal sealed class TeacherStage(RunModels state) : RunStage("teachers", state.Inputs.Config.Teachers.Count, state)
{
    public override void Step(int step, long runStep, RunSession session)
    {
        TeacherSource teacher = Config.Teachers[step];
        int missing = Inputs.Kept.Missing(Inputs.Questions, teacher.Name).Count;
        if (missing > 0) Collect(teacher, session);
        int answers = Inputs.Questions.Sum(q => Inputs.Kept.Of(teacher.Name, q.Id).Count);
        session.Log($"Teacher {teacher.Name}: {answers} kept answers to {Inputs.Questions.Count} questions.");
    }

    private void Collect(TeacherSource teacher, RunSession session)
    {
        string folder = InputReference.ResolvePath(teacher.Checkpoint!);
        using VisionLanguageModel model = Inputs.Plan.Load(folder);
        IPromptEncoder encoder = ModelCatalog.LoadPromptEncoder(folder, Config.MinPixels, Config.MaxPixels);
        string file = InputReference.ResolvePath(teacher.Answers);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        using var writer = new KeptAnswersWriter(file, packed: file.EndsWith(".gz", StringComparison.Ordinal));
        var collector = new AnswerCollector(model, Inputs.Plan, encoder, Config.Sampling(encoder),
            Config.DiscriminatorPretrainCompletions, Inputs.Seed);
        session.Log($"Teacher {teacher.Name}: collecting answers into {file}.");
        collector.Collect(teacher.Name, Inputs.Questions, Inputs.Kept, writer,
            (done, of) => session.Job.Part(done, of, "questions", isStep: true));
    }
}
