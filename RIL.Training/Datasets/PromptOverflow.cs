namespace RIL.Training.Datasets;

/// <summary>What happens with a prompt that is longer than its limit.</summary>
public enum PromptOverflow
{
    /// <summary>The run does not start and the rows are named.</summary>
    Refuse,

    /// <summary>Its row is left out, and how many were is said.</summary>
    Drop,

    /// <summary>Its text is cut from the beginning of the question, never its pictures.</summary>
    Cut,
}
