namespace RIL.Training.Rewards;

/// <summary>Where in a completion its answer stands.</summary>
public enum AnswerPattern
{
    /// <summary>
    /// In the last &lt;answer&gt;…&lt;/answer&gt;, else in the last \boxed{…}, else after the last <c>answer_marker</c>, else on a last
    /// line "#### …", else after the last "the answer is" or its like, else the whole completion.
    /// </summary>
    Auto,

    /// <summary>The whole completion.</summary>
    Whole,

    /// <summary>After the last <c>answer_marker</c>.</summary>
    Marker,

    /// <summary>In the last &lt;answer&gt;…&lt;/answer&gt;.</summary>
    Tags,

    /// <summary>In the last \boxed{…}.</summary>
    Boxed,
}
