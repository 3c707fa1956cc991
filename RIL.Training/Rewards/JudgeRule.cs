namespace RIL.Training.Rewards;

/// <summary>The rule by which an answer counts as right.</summary>
public enum JudgeRule
{
    /// <summary>Equal text, up to case and surrounding blanks.</summary>
    Exact,

    /// <summary>Equal numbers.</summary>
    Numeric,

    /// <summary>The same option letter.</summary>
    MultipleChoice,

    /// <summary>Equal text after the last <c>answer_marker</c>.</summary>
    AfterMarker,
}
