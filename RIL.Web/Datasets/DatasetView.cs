using RIL.Training.Datasets;

namespace RIL.Web.Datasets;

/// <summary>A data set as lists and REST show it.</summary>
/// <param name="Id">Identifier; <c>quickstart:NAME</c> for those that come with the program.</param>
/// <param name="Reference">What run configurations say.</param>
/// <param name="Name">Name.</param>
/// <param name="Notes">What it is, in a sentence.</param>
/// <param name="BuiltIn">Whether it comes with the program.</param>
/// <param name="Owner">Who brought it.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="Rows">Rows.</param>
/// <param name="Types">Rows by question type; those without one under the empty name.</param>
/// <param name="Bytes">Bytes on disk.</param>
/// <param name="Hash">SHA-256 of the rows' file.</param>
public sealed record DatasetView(
    string Id, string Reference, string Name, string? Notes, bool BuiltIn, string? Owner, DateTimeOffset? CreatedAt, int Rows, IReadOnlyDictionary<string, int> Types, long Bytes, string? Hash)
{
    private const string Own = "dataset:";

    /// <summary>What configurations say of a person's data set.</summary>
    public static string ReferenceOf(string id) => Own + id;

    /// <summary>The identifier in a reference; that of the program's own is their reference.</summary>
    public static string IdOf(string reference) => reference.StartsWith(Own, StringComparison.Ordinal) ? reference[Own.Length..] : reference;
}

/// <summary>A row of a data set as the preview and REST show it.</summary>
/// <param name="Index">Its place among the usable rows, from 0; pictures are asked for by it.</param>
/// <param name="Id">The identifier that kept answers use.</param>
/// <param name="Question">The prompt's text; ⟨picture⟩ where one stands.</param>
/// <param name="Answer">The right answer.</param>
/// <param name="QuestionType">Kind of question.</param>
/// <param name="DataSource">Origin.</param>
/// <param name="Pictures">Number of pictures.</param>
/// <param name="TeacherResponses">Answers of teachers that the row carries.</param>
public sealed record DatasetRowView(int Index, string Id, string Question, string Answer, string? QuestionType, string? DataSource, int Pictures, IReadOnlyList<TeacherResponse> TeacherResponses)
{
    /// <summary>The view of an example.</summary>
    public static DatasetRowView Of(Example example, int index) =>
        new(index, example.Id, Text(example), example.Answer, example.QuestionType, example.DataSource, example.Images.Count, example.TeacherResponses);

    // A picture before the question, the usual case, needs no mark: the preview shows it there.
    private static string Text(Example example)
    {
        IEnumerable<string> messages = example.Prompt.Select(m =>
        {
            string text = string.Concat(m.Content.Select(p => p.IsImage ? "\u27e8picture\u27e9" : p.Text)).Trim();
            return example.Prompt.Count == 1 ? text : $"{m.Role}: {text}";
        });
        string all = string.Join('\n', messages);
        const string Mark = "\u27e8picture\u27e9";
        return example.Images.Count == 1 && all.StartsWith(Mark, StringComparison.Ordinal) ? all[Mark.Length..].TrimStart() : all;
    }
}

/// <summary>Some of a data set's rows.</summary>
/// <param name="Total">Rows that match.</param>
/// <param name="Rows">Those asked for.</param>
public sealed record DatasetSlice(int Total, IReadOnlyList<DatasetRowView> Rows);
