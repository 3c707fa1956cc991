using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using RIL.Training;
using RIL.Training.Datasets;
using RIL.Training.Teachers;
using RIL.Web.Accounts;
using RIL.Web.Data;
using RIL.Web.Datasets;

namespace RIL.Web.Teachers;

/// <summary>What a person says about an upload of answers.</summary>
/// <param name="Dataset">Reference of the data set whose questions are answered.</param>
/// <param name="Name">The teacher's name; null = what the file says, or its name.</param>
/// <param name="Notes">What it is.</param>
/// <param name="Teacher">Whose answers to take where the file holds those of several.</param>
/// <param name="SkipBadRows">Whether lines that cannot be used are left out instead of refusing the upload.</param>
public sealed record TeacherWish(string Dataset, string? Name, string? Notes = null, string? Teacher = null, bool SkipBadRows = false);

/// <summary>How an upload ended: the teacher, or what is wrong with the file.</summary>
/// <param name="Teacher">The new teacher; null where it was refused.</param>
/// <param name="Upload">The refused upload, under which its problems can be read for a day.</param>
/// <param name="Good">Lines that can be used.</param>
/// <param name="Problems">The others.</param>
public sealed record TeacherIntakeResult(TeacherView? Teacher, string? Upload, int Good, IReadOnlyList<DatasetProblem> Problems)
{
    /// <summary>What is wrong, in a sentence.</summary>
    public string Sentence => Good == 0
        ? $"None of the {Problems.Count} lines can be used."
        : $"{Problems.Count} of {Good + Problems.Count} lines cannot be used. Correct them and upload again, or leave them out.";
}

/// <summary>From a file of answers to a teacher: received, checked against the data set line by line, and only then put in its place.</summary>
public sealed class TeacherIntake(UploadArea area, TeacherService teachers, DatasetService datasets, DatasetRows rows, Storage storage, IOptions<DatasetOptions> options)
{
    private const string Packed = "upload", Content = "content";

    /// <summary>Takes in what comes; throws <see cref="InputException"/> with a sentence where the file as a whole cannot be used.</summary>
    public async Task<TeacherIntakeResult> Take(Stream body, long? announced, TeacherWish wish, Caller caller, CancellationToken cancellation)
    {
        string? wanted = wish.Name is { } given ? TeacherService.Name(given) : null;
        wish = wish with { Notes = GivenText.Notes(wish.Notes) };
        DatasetView dataset = await datasets.Find(wish.Dataset) ?? throw new InputException($"There is no data set '{wish.Dataset}'; expected dataset:ID or quickstart:NAME.");
        IReadOnlyList<Example> questions = rows.Of(dataset.Reference);
        string id = area.Begin();
        bool keep = false;
        try
        {
            string folder = area.Folder(id), file = Path.Combine(folder, Packed), content = Path.Combine(folder, Content);
            await area.Receive(body, file, announced, cancellation);
            Directory.CreateDirectory(content);
            string answers = Path.Combine(content, Path.GetFileName(storage.TeacherAnswers(Identifier.Create())));
            TeacherFindings findings = await Task.Run(
                () => TeacherFile.Convert(file, answers, q => rows.IndexOf(dataset.Reference, q) is not null, questions[0].Id, wish.Teacher, options.Value.LargestUnpacked), cancellation);
            CheckTeachers(findings, wish.Teacher);
            if (findings.Good + findings.Problems.Count == 0) throw new InputException("The file holds no line; expected one JSON object a line with question and text.");
            if (findings.Good == 0 || (findings.Problems.Count > 0 && !wish.SkipBadRows))
            {
                area.KeepProblems(id, findings.Problems);
                keep = true;
                return new TeacherIntakeResult(null, id, findings.Good, findings.Problems);
            }
            string name = wanted ?? TeacherService.Name(wish.Teacher ?? findings.Teachers.FirstOrDefault() ?? "teacher");
            // What the trainer will say to the file is asked now.
            KeptAnswers kept = await Task.Run(() => KeptAnswers.Load(answers, name), cancellation);
            string hash;
            await using (FileStream stream = File.OpenRead(answers)) hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation));
            return new TeacherIntakeResult(await teachers.Keep(content, name, wish.Notes, dataset.Reference, hash, kept, caller), null, findings.Good, findings.Problems);
        }
        finally
        {
            if (!keep) area.Drop(id);
        }
    }

    private static void CheckTeachers(TeacherFindings findings, string? wanted)
    {
        string named = string.Join(", ", findings.Teachers.Take(5).Select(t => $"'{t}'"));
        if (wanted is null && findings.Teachers.Count > 1) throw new InputException($"The file holds answers of {findings.Teachers.Count} teachers ({named}); say whose to take, and upload it once for each.");
        if (wanted is not null && findings.Teachers.Count > 0 && !findings.Teachers.Contains(wanted)) throw new InputException($"The file holds no answer of '{wanted}'; it has those of {named}.");
    }
}
