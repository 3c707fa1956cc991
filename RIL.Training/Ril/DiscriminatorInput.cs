namespace RIL.Training.Ril;

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
