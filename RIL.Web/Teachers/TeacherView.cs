namespace RIL.Web.Teachers;

/// <summary>A teacher as lists and REST show it.</summary>
/// <param name="Id">Identifier; <c>quickstart:NAME</c> for those that come with the program.</param>
/// <param name="Reference">What run configurations say under answers.</param>
/// <param name="Checkpoint">What they say under checkpoint; null where only its answers are known.</param>
/// <param name="Name">Name, also in metrics and completions.</param>
/// <param name="Notes">What it is, in a sentence.</param>
/// <param name="BuiltIn">Whether it comes with the program.</param>
/// <param name="Owner">Who brought it.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="Dataset">Reference of the data set whose questions it answers.</param>
/// <param name="Answers">Kept answers.</param>
/// <param name="Questions">Questions with at least one answer.</param>
/// <param name="Unanswered">Questions of the data set without one; a run on them is refused.</param>
/// <param name="Bytes">Bytes on disk.</param>
/// <param name="Hash">SHA-256 of the answers' file.</param>
public sealed record TeacherView(
    string Id, string Reference, string? Checkpoint, string Name, string? Notes, bool BuiltIn, string? Owner, DateTimeOffset? CreatedAt, string Dataset, int Answers, int Questions, int Unanswered,
    long Bytes, string? Hash);

/// <summary>An answer and the judge's verdict.</summary>
/// <param name="Text">What the teacher said.</param>
/// <param name="Right">Whether that is right; null where the judge abstains.</param>
/// <param name="Reason">Why not.</param>
public sealed record JudgedAnswer(string Text, bool? Right, string? Reason);

/// <summary>A question with what the teacher said.</summary>
/// <param name="Index">The row's place in the data set; pictures are asked for by it.</param>
/// <param name="Id">The question's identifier.</param>
/// <param name="Question">The prompt's text.</param>
/// <param name="Answer">The right answer.</param>
/// <param name="QuestionType">Kind of question.</param>
/// <param name="Pictures">Number of pictures.</param>
/// <param name="Answers">What the teacher said; equal texts once, see <see cref="AnswerCount"/>.</param>
/// <param name="AnswerCount">How many answers are kept.</param>
public sealed record TeacherRow(int Index, string Id, string Question, string Answer, string? QuestionType, int Pictures, IReadOnlyList<JudgedAnswer> Answers, int AnswerCount);

/// <summary>Some of a teacher's questions.</summary>
/// <param name="Total">Questions that match.</param>
/// <param name="Rows">Those asked for.</param>
public sealed record TeacherSlice(int Total, IReadOnlyList<TeacherRow> Rows);
