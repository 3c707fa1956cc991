using System.Security.Cryptography;
using RIL.Training.Configuration;
using RIL.Training.Datasets;
using RIL.Training.Teachers;

namespace RIL.Training.Preflight;

/// <summary>What a data set was: its rows and the SHA-256 of everything training reads of them, pictures included.</summary>
public sealed record RowsFingerprint(int Rows, string Sha256);

/// <summary>What a teacher's kept answers to the data set were; those that the run collects itself may grow.</summary>
public sealed record AnswersFingerprint(int Answers, string Sha256, bool Growing);

/// <summary>
/// What a run read, short enough to lie in every checkpoint, so that a run that goes on knows whether it reads the same again.
/// </summary>
/// <param name="Data">Data sets by the settings that name them.</param>
/// <param name="Answers">Kept answers by teacher.</param>
/// <param name="Student">SHA-256 of the files of the student's folder: weights, tokenizer, processor, templates.</param>
public sealed record InputFingerprints(IReadOnlyDictionary<string, RowsFingerprint> Data,
    IReadOnlyDictionary<string, AnswersFingerprint> Answers, IReadOnlyDictionary<string, string> Student)
{
    private static readonly string[] Endings = [".json", ".jinja", ".safetensors", ".txt", ".gz"];

    /// <summary>The fingerprints of answers as they are kept now.</summary>
    public static IReadOnlyDictionary<string, AnswersFingerprint> OfAnswers(RunConfig config, IReadOnlyList<Example> questions,
        KeptAnswers kept) => config.Teachers.ToDictionary(t => t.Name, t => OfTeacher(t, config, questions, kept));

    /// <summary>The fingerprints of a checkpoint folder's files, links followed; folders in it are left out.</summary>
    public static IReadOnlyDictionary<string, string> OfFolder(string folder) =>
        Directory.EnumerateFiles(folder).Where(f => Endings.Contains(Path.GetExtension(f))).Order(StringComparer.Ordinal)
            .AsParallel().AsOrdered().Select(f => (Name: Path.GetFileName(f), Hash: Hash(f))).ToDictionary(f => f.Name, f => f.Hash);

    /// <summary>What differs from before, one clause each, with what was and what is.</summary>
    public IEnumerable<string> ChangesSince(InputFingerprints before)
    {
        foreach ((string key, RowsFingerprint was) in before.Data)
        {
            if (!Data.TryGetValue(key, out RowsFingerprint? now)) continue; // a setting, and those are compared for themselves
            if (was.Rows != now.Rows) yield return $"{key} had {was.Rows} rows and has {now.Rows}";
            else if (was.Sha256 != now.Sha256) yield return $"the {now.Rows} rows of {key} are not what they were (texts or pictures)";
        }
        foreach ((string teacher, AnswersFingerprint was) in before.Answers)
        {
            if (!Answers.TryGetValue(teacher, out AnswersFingerprint? now)) continue;
            if (was.Growing && now.Answers > was.Answers) continue;
            if (was.Answers != now.Answers)
                yield return $"teacher '{teacher}' had {was.Answers} kept answers to the questions and has {now.Answers}";
            else if (was.Sha256 != now.Sha256)
                yield return $"the {now.Answers} kept answers of teacher '{teacher}' are not what they were";
        }
        foreach (string file in before.Student.Keys.Union(Student.Keys).Order(StringComparer.Ordinal))
        {
            bool had = before.Student.TryGetValue(file, out string? was), has = Student.TryGetValue(file, out string? now);
            if (!had) yield return $"the student's folder has a file {file} that it had not";
            else if (!has) yield return $"the student's {file} is gone";
            else if (was != now) yield return $"the student's {file} is not what it was";
        }
    }

    private static AnswersFingerprint OfTeacher(TeacherSource teacher, RunConfig config,
        IReadOnlyList<Example> questions, KeptAnswers kept)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        int answers = 0;
        bool missing = false;
        foreach (Example question in questions)
        {
            IReadOnlyList<KeptAnswer> texts = kept.Of(teacher.Name, question.Id);
            missing |= texts.Count < config.TeacherAnswersPerQuestion;
            answers += texts.Count;
            DataScan.Add(hash, question.Id);
            foreach (KeptAnswer answer in texts)
            {
                DataScan.Add(hash, answer.Text);
                DataScan.Add(hash, answer.Truncated ? "cut" : "whole");
            }
        }
        return new AnswersFingerprint(answers, Convert.ToHexStringLower(hash.GetHashAndReset()),
            missing && teacher.Checkpoint is not null);
    }

    private static string Hash(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
