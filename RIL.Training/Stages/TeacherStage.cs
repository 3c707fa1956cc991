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
        bool asks = teacher.Checkpoint is not null
            && Inputs.Kept.Missing(Inputs.Questions, teacher.Name, Config.TeacherAnswersPerQuestion).Count > 0;
        if (asks) Collect(teacher, session);
        Inputs.Kept.Check(Inputs.Questions, [teacher.Name], "teachers");
        int answers = Inputs.Questions.Sum(q => Inputs.Kept.Of(teacher.Name, q.Id).Count);
        session.Log($"Teacher {teacher.Name}: {answers} kept answers to {Inputs.Questions.Count} questions{Sampled(teacher)}.");
        // Of answers that were there before, all but the marks was said before the first step.
        if (!asks && !Inputs.Questions.Any(q => Inputs.Kept.Of(teacher.Name, q.Id).Any(a => a.Truncated))) return;
        AnswerLengths lengths = AnswerLengths.Of(Inputs.Kept, teacher.Name, Inputs.Questions, Inputs.Encoder);
        if (lengths.Warning(teacher.Name, Config.MaxCompletionLength) is { } warning) session.Log(warning, warning: true);
    }

    private string Sampled(TeacherSource teacher)
    {
        IReadOnlyList<string?> samplings = Inputs.Kept.Samplings(teacher.Name);
        string named = string.Join("; ", samplings.Select(s => s ?? "settings that are not known"));
        return samplings is [null] ? "" : $", sampled with {named}";
    }

    private void Collect(TeacherSource teacher, RunSession session)
    {
        string folder = InputReference.ResolvePath(teacher.Checkpoint!);
        using VisionLanguageModel model = Inputs.Plan.Load(folder);
        IPromptEncoder encoder = ModelCatalog.LoadPromptEncoder(folder, Config.MinPixels, Config.MaxPixels);
        string file = InputReference.ResolvePath(teacher.Answers);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        using var writer = new KeptAnswersWriter(file, KeptAnswers.IsPacked(file));
        // Another run may have filled the file since this one began.
        Inputs.Kept.Replace(teacher.Name, KeptAnswers.FromRows(Inputs.Questions), KeptAnswers.Load(file, teacher.Name, mayLack: true));
        var collector = new AnswerCollector(model, Inputs.Plan, encoder, Config.Sampling(encoder),
            Config.TeacherAnswersPerQuestion, Inputs.Seed);
        session.Log($"Teacher {teacher.Name}: collecting answers into {file}.");
        collector.Collect(teacher.Name, Inputs.Questions, Inputs.Kept, writer,
            (done, of) => session.Job.Part(done, of, "questions", isStep: true));
    }
}
