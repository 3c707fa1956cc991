namespace RIL.Training.Rewards;

/// <summary>The rule by which an answer counts as right.</summary>
public enum JudgeRule
{
    /// <summary>Equal text, up to case, surrounding blanks and marks; plain numbers by their value.</summary>
    Exact,

    /// <summary>Equal numbers, with their units where both have one.</summary>
    Numeric,

    /// <summary>The same option letter, or letters.</summary>
    MultipleChoice,

    /// <summary>Equal text after the last <c>answer_marker</c>.</summary>
    AfterMarker,

    /// <summary>
    /// The same value of an expression: numbers, fractions, roots, sets, intervals, equations, in variables too, also in LaTeX.
    /// </summary>
    Math,
}
