namespace RIL.Training.Configuration;

/// <summary>Which answers supervised fine-tuning imitates.</summary>
public enum SftSource
{
    /// <summary>The data set's answers.</summary>
    GroundTruth,

    /// <summary>Every kept answer of the teachers.</summary>
    TeacherAnswers,

    /// <summary>The teachers' answers that the judge finds right.</summary>
    RightTeacherAnswers,

    /// <summary>The right ones with at least <c>sft_long_answer_tokens</c> tokens.</summary>
    RightLongTeacherAnswers,
}
