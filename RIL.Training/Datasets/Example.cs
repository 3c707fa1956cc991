namespace RIL.Training.Datasets;

/// <summary>
/// One row of a data set: a question with its pictures, the right answer, and what teachers answered if the row carries it.
/// </summary>
/// <param name="Id">Unique within the data set and stable across runs; rows without an id of their own are numbered.</param>
/// <param name="Prompt">Chat messages; image parts stand where the pictures go.</param>
/// <param name="Images">The pictures, in the order of the image parts.</param>
/// <param name="Answer">The ground truth.</param>
/// <param name="QuestionType">Optional kind of question; accuracies are reported per kind.</param>
/// <param name="DataSource">Optional origin.</param>
/// <param name="TeacherResponses">Answers of teachers that the row carries.</param>
public sealed record Example(
    string Id, IReadOnlyList<ChatMessage> Prompt, IReadOnlyList<PictureSource> Images, string Answer,
    string? QuestionType, string? DataSource, IReadOnlyList<TeacherResponse> TeacherResponses)
{
    /// <summary>The row of the file, counted from 1; 0 where it comes from none.</summary>
    public int Row { get; init; }
}

/// <summary>A message of the prompt; <paramref name="Role"/> is system, user or assistant.</summary>
public sealed record ChatMessage(string Role, IReadOnlyList<ContentPart> Content);

/// <summary>A piece of a message: text, or a picture where <paramref name="Text"/> is null.</summary>
public sealed record ContentPart(string? Text)
{
    /// <summary>Whether a picture stands here.</summary>
    public bool IsImage => Text is null;
}

/// <summary>A picture as encoded bytes (PNG, JPEG, …), read when asked for; <paramref name="Name"/> says which one in messages.</summary>
public sealed record PictureSource(string Name, Func<byte[]> Read);

/// <summary>
/// One kept answer of a teacher; <paramref name="Truncated"/> where it stopped at the longest length and has no end of its own.
/// </summary>
public sealed record TeacherResponse(string Teacher, string Text, bool Truncated = false);
