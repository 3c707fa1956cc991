using System.Security.Cryptography;
using System.Text;
using RIL.Training.Datasets;
using RIL.Training.Models;

namespace RIL.Training.Preflight;

/// <summary>What one row is, or what is wrong with it.</summary>
/// <param name="Prompt">Tokens of the prompt with its pictures.</param>
/// <param name="Pictures">Tokens of each picture.</param>
/// <param name="Answer">Tokens of the ground truth with its end token.</param>
/// <param name="Hash">SHA-256 of everything training reads of it, pictures' bytes included.</param>
/// <param name="Problem">Why it cannot be used, or null.</param>
internal sealed record ScannedRow(int Prompt, int[] Pictures, int Answer, byte[] Hash, string? Problem);

/// <summary>Reads, decodes and encodes every row and picture of a data set as training does, in parallel.</summary>
internal static class DataScan
{
    /// <summary>The rows in their order; <paramref name="encoder"/> null = only their hashes, without decoding a picture.</summary>
    public static IReadOnlyList<ScannedRow> ReadAll(IReadOnlyList<Example> rows, IPromptEncoder? encoder, int threads, Action done,
        CancellationToken cancellation)
    {
        var scanned = new ScannedRow[rows.Count];
        Parallel.For(0, rows.Count, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation }, i =>
        {
            scanned[i] = Read(rows[i], encoder);
            done();
        });
        return scanned;
    }

    /// <summary>SHA-256 of a data set: of its rows' hashes in their order.</summary>
    public static string Hash(IEnumerable<ScannedRow> rows)
    {
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (ScannedRow row in rows) all.AppendData(row.Hash);
        return Convert.ToHexStringLower(all.GetHashAndReset());
    }

    private static ScannedRow Read(Example row, IPromptEncoder? encoder)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AddTexts(hash, row);
        string? problem = null;
        int prompt = 0, answer = 0;
        int[] pictures = [];
        try
        {
            var read = new List<PictureSource>();
            foreach (PictureSource picture in row.Images)
            {
                byte[] bytes = picture.Read();
                Add(hash, bytes);
                read.Add(picture with { Read = () => bytes });
            }
            if (encoder is not null)
            {
                EncodedPrompt encoded = encoder.Encode(row.Prompt, read, $"row {row.Id}");
                prompt = encoded.TokenIds.Length;
                pictures = [.. encoded.Images.Select(encoder.CountTokens)];
                answer = encoder.EncodeCompletion(row.Answer).Length + 1;
            }
        }
        catch (Exception e) when (e is InputException or IOException or UnauthorizedAccessException)
        {
            problem = e is InputException ? e.Message : $"row {row.Id}: {e.Message}";
        }
        return new ScannedRow(prompt, pictures, answer, hash.GetHashAndReset(), problem);
    }

    private static void AddTexts(IncrementalHash hash, Example row)
    {
        Add(hash, row.Id);
        foreach (ChatMessage message in row.Prompt)
        {
            Add(hash, message.Role);
            foreach (ContentPart part in message.Content) Add(hash, part.Text ?? "\0picture");
        }
        Add(hash, row.Answer);
        Add(hash, row.QuestionType ?? "");
        foreach (TeacherResponse response in row.TeacherResponses)
        {
            Add(hash, response.Teacher);
            Add(hash, response.Text);
        }
    }

    /// <summary>Adds a text with its length, so that texts side by side are not taken for others.</summary>
    public static void Add(IncrementalHash hash, string text) => Add(hash, Encoding.UTF8.GetBytes(text));

    private static void Add(IncrementalHash hash, byte[] bytes)
    {
        hash.AppendData(BitConverter.GetBytes(bytes.Length));
        hash.AppendData(bytes);
    }
}
