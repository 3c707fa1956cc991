using System.Text.Json;
using Microsoft.Extensions.Options;
using RIL.Training;
using RIL.Training.Datasets;
using RIL.Web.Accounts;
using RIL.Web.Data;

namespace RIL.Web.Datasets;

/// <summary>What a person says about an upload.</summary>
/// <param name="Name">Name; null = the file's.</param>
/// <param name="Notes">What it is.</param>
/// <param name="SkipBadRows">Whether rows that cannot be used are left out instead of refusing the upload.</param>
public sealed record DatasetWish(string? Name, string? Notes = null, bool SkipBadRows = false);

/// <summary>How an upload ended: the data set, or what is wrong with it.</summary>
/// <param name="Dataset">The new data set; null where it was refused.</param>
/// <param name="Upload">The refused upload, kept for a day: its good rows can still be taken.</param>
/// <param name="Good">Rows that can be used.</param>
/// <param name="Problems">The others.</param>
public sealed record DatasetIntakeResult(DatasetView? Dataset, string? Upload, int Good, IReadOnlyList<DatasetProblem> Problems)
{
    /// <summary>What is wrong, in a sentence.</summary>
    public string Sentence => Good == 0
        ? $"None of the {Problems.Count} rows can be used."
        : $"{Problems.Count} of {Good + Problems.Count} rows cannot be used. Correct them and upload again, or leave them out.";
}

/// <summary>From an upload to a data set: received, unpacked, checked row by row, and only then put in its place.</summary>
public sealed class DatasetIntake(UploadArea area, DatasetService datasets, IOptions<DatasetOptions> options)
{
    private const string Packed = "upload", Content = "content", WishFile = "wish.json";

    /// <summary>Takes in what comes; throws <see cref="InputException"/> with a sentence where the file as a whole cannot be used.</summary>
    public async Task<DatasetIntakeResult> Take(Stream body, long? announced, DatasetWish wish, Caller caller, CancellationToken cancellation)
    {
        // What can be refused without the file is, before it has come.
        wish = wish with { Name = GivenText.Name(wish.Name), Notes = GivenText.Notes(wish.Notes) };
        string id = area.Begin();
        bool keep = false;
        try
        {
            string folder = area.Folder(id), file = Path.Combine(folder, Packed), content = Path.Combine(folder, Content);
            await area.Receive(body, file, announced, cancellation);
            DatasetFindings findings = await Task.Run(() =>
            {
                Unpack(file, content);
                File.Delete(file);
                CheckLines(content);
                return DatasetCheck.Look(content, cancellation);
            }, cancellation);
            if (findings.Good > 0 && (findings.Problems.Count == 0 || wish.SkipBadRows)) return await Accept(content, wish, findings, caller);
            area.KeepProblems(id, findings.Problems);
            await File.WriteAllTextAsync(Path.Combine(folder, WishFile), JsonSerializer.Serialize(wish), cancellation);
            keep = true;
            return new DatasetIntakeResult(null, id, findings.Good, findings.Problems);
        }
        finally
        {
            if (!keep) area.Drop(id);
        }
    }

    /// <summary>Takes the good rows of a refused upload; null where there is no such upload any more, or somebody else is taking it.</summary>
    public async Task<DatasetView?> TakeGoodRows(string upload, Caller caller, CancellationToken cancellation)
    {
        if (area.Problems(upload) is null || area.Claim(upload) is not { } folder) return null;
        bool taken = false;
        try
        {
            string content = Path.Combine(folder, Content);
            DatasetFindings findings = await Task.Run(() => DatasetCheck.Look(content, cancellation), cancellation);
            if (findings.Good == 0) throw new InputException("None of the rows can be used; correct them and upload again.");
            DatasetWish wish = JsonSerializer.Deserialize<DatasetWish>(await File.ReadAllTextAsync(Path.Combine(folder, WishFile), cancellation))!;
            DatasetIntakeResult result = await Accept(content, wish, findings, caller);
            taken = true;
            return result.Dataset;
        }
        finally
        {
            if (taken) area.DropClaimed(upload);
            else area.Release(upload);
        }
    }

    private async Task<DatasetIntakeResult> Accept(string content, DatasetWish wish, DatasetFindings findings, Caller caller)
    {
        if (findings.Problems.Count > 0) DatasetCheck.TakeOut(content, findings.Problems);
        DatasetView view = await datasets.Keep(content, wish.Name ?? "Data set", wish.Notes, findings, caller);
        return new DatasetIntakeResult(view, null, findings.Good, findings.Problems);
    }

    // Rows are read line by line: one without end would be all of the memory.
    private void CheckLines(string content)
    {
        using var rows = new BoundedStream(File.OpenRead(Path.Combine(content, DatasetArchive.Rows)), long.MaxValue, options.Value.LongestRow);
        rows.CopyTo(Stream.Null);
    }

    // Rows without pictures, or with pictures written into them, need no zip.
    private void Unpack(string file, string content)
    {
        Span<byte> start = stackalloc byte[4];
        using (FileStream stream = File.OpenRead(file)) start = start[..stream.ReadAtLeast(start, 4, throwOnEndOfStream: false)];
        if (start.StartsWith("PK"u8))
        {
            new DatasetArchive(options.Value, area.Room).Unpack(file, content);
            return;
        }
        ReadOnlySpan<byte> text = start.StartsWith("\uFEFF"u8) ? start[3..] : start;
        if (text.IsEmpty || text.TrimStart(" \r\n\t"u8) is not [(byte)'{', ..])
            throw new InputException("The file is neither a zip nor JSONL; expected a zip of one JSONL file and its pictures, or the JSONL alone where no picture lies in a file of its own.");
        Directory.CreateDirectory(content);
        File.Copy(file, Path.Combine(content, DatasetArchive.Rows));
    }
}
