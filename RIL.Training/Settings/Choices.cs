namespace RIL.Training.Settings;

// The words a configuration may use for its choices, below every room that acts on them; in files they are snake_case (DrGrpo = dr_grpo).

/// <summary>What the discriminator reads beside the answer.</summary>
public enum DiscriminatorInput
{
    /// <summary>The answer alone, as in the paper.</summary>
    Response,

    /// <summary>Question and answer.</summary>
    QuestionResponse,

    /// <summary>Picture, question and answer.</summary>
    ImageQuestionResponse,
}

/// <summary>How the discriminator's score D (1 = student) becomes the similarity reward.</summary>
public enum Similarity
{
    /// <summary>1 where D is below 0.5, else 0, as in the paper.</summary>
    Binary,

    /// <summary>1 − D.</summary>
    Graded,
}

/// <summary>How token losses become one number.</summary>
public enum LossType
{
    /// <summary>Mean over each output's tokens, then over outputs.</summary>
    Grpo,

    /// <summary>Mean over all tokens of the batch.</summary>
    Bnpo,

    /// <summary>Sum divided by outputs × <c>max_completion_length</c>.</summary>
    DrGrpo,

    /// <summary>Sum divided by the tokens of the whole step, whatever the micro-batches.</summary>
    Dapo,
}

/// <summary>What advantages are divided by.</summary>
public enum ScaleRewards
{
    /// <summary>Nothing (Dr.GRPO).</summary>
    None,

    /// <summary>Standard deviation of the group (GRPO).</summary>
    Group,

    /// <summary>Standard deviation of the step's batch.</summary>
    Batch,
}

/// <summary>Whether a probability ratio belongs to a token or to a whole output.</summary>
public enum ImportanceSamplingLevel
{
    /// <summary>One ratio a token (GRPO).</summary>
    Token,

    /// <summary>One ratio an output, the geometric mean of its tokens' (GSPO).</summary>
    Sequence,
}

/// <summary>Course of a learning rate after its linear warm-up.</summary>
public enum LearningRateSchedule
{
    /// <summary>Stays.</summary>
    Constant,

    /// <summary>Falls along a line to its floor.</summary>
    Linear,

    /// <summary>Falls along half a cosine to its floor.</summary>
    Cosine,

    /// <summary>Stays, after a warm-up (Hugging Face's name for a constant rate with one).</summary>
    ConstantWithWarmup,
}

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

/// <summary>Whether and how the student is trained after its warm start.</summary>
public enum PolicyStage
{
    /// <summary>Not at all: the run ends after supervised fine-tuning.</summary>
    None,

    /// <summary>By group-relative policy optimisation with this configuration's rewards.</summary>
    Grpo,
}

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

/// <summary>How answers are chosen when the student is evaluated.</summary>
public enum EvalSampling
{
    /// <summary>The likeliest token each time.</summary>
    Greedy,

    /// <summary>Drawn with the run's sampling settings.</summary>
    Sample,
}

/// <summary>Where tensors live.</summary>
public enum DeviceChoice
{
    /// <summary>The GPU where libtorch finds one, else the CPU.</summary>
    Auto,

    /// <summary>The CPU.</summary>
    Cpu,

    /// <summary>An NVIDIA GPU; refused where there is none.</summary>
    Cuda,
}

/// <summary>Route of f32 matrix products on the CPU.</summary>
public enum MatmulRoute
{
    /// <summary>oneDNN where a self-check finds it exact.</summary>
    Fast,

    /// <summary>libtorch's own choice.</summary>
    Default,
}
