using RIL.Training.Configuration;
using RIL.Training.Datasets;
using RIL.Training.Models;
using RIL.Training.Teachers;

namespace RIL.Training.Preflight;

/// <summary>The kept answers that a run begins with.</summary>
public static class TeacherAnswers
{
    /// <summary>
    /// Answers that the questions carry and those of the teachers' files; throws <see cref="InputException"/> where answers are missing
    /// that nobody can collect.
    /// </summary>
    public static KeptAnswers Load(RunConfig config, IReadOnlyList<Example> questions, IPromptEncoder encoder)
    {
        KeptAnswers all = KeptAnswers.FromRows(questions);
        foreach (TeacherSource teacher in config.Teachers)
        {
            // Asked for much later, and then the warm start would be lost.
            if (teacher.Checkpoint is { } checkpoint && !File.Exists(Path.Combine(InputReference.ResolvePath(checkpoint), "config.json")))
                throw new InputException($"teachers: the checkpoint of '{teacher.Name}', {InputReference.ResolvePath(checkpoint)}, holds "
                    + "no config.json; expected a Hugging Face checkpoint folder.");
            string file = InputReference.ResolvePath(teacher.Answers);
            if (File.Exists(file)) all.Add(KeptAnswers.Load(file, teacher.Name, mayLack: teacher.Checkpoint is not null));
            else if (teacher.Checkpoint is null && all.Missing(questions, teacher.Name).Count > 0)
                throw new InputException($"teachers: the file of kept answers of '{teacher.Name}', {file}, does not exist; collect it, or "
                    + "give the teacher a checkpoint to collect it from.");
            if (teacher.Checkpoint is not null && all.Missing(questions, teacher.Name, config.TeacherAnswersPerQuestion).Count > 0)
                all.CheckSampling(teacher.Name, SamplingFingerprint.Of(config.Sampling(encoder)), file);
        }
        string[] closed = [.. config.Teachers.Where(t => t.Checkpoint is null).Select(t => t.Name)];
        if (closed.Length > 0) all.Check(questions, closed, "teachers");
        return all;
    }
}
