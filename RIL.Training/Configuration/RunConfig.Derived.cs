namespace RIL.Training.Configuration;

// What follows from the settings.
public sealed partial record RunConfig
{
    /// <summary>Student completions sampled per step.</summary>
    public int CompletionsPerStep => CompletionsPerPass * PassesPerUpdate;

    /// <summary>Questions per step.</summary>
    public int PromptsPerStep => CompletionsPerStep / CompletionsPerPrompt;

    /// <summary>Whether the reinforcement loop runs.</summary>
    public bool TrainsPolicy => Policy != Configuration.PolicyStage.None && MaxSteps > 0;

    /// <summary>Whether supervised fine-tuning runs.</summary>
    public bool FineTunes => SftSteps > 0 || SftEpochs > 0;

    /// <summary>Whether the run has a discriminator.</summary>
    public bool UsesDiscriminator => TrainsPolicy && RewardWeights.Similarity > 0;

    /// <summary>
    /// What the reinforcement is called: ril where teachers are imitated, by similarity or by their answers in the group; otherwise its
    /// objective.
    /// </summary>
    public string PolicyName => UsesDiscriminator || TeachersInGroup ? PolicyNames.Ril : PolicyNames.Name(LossType);

    /// <summary>Whether teachers' answers are needed at all.</summary>
    public bool UsesTeachers => UsesDiscriminator || (TrainsPolicy && TeachersInGroup)
        || (FineTunes && SftSource != Configuration.SftSource.GroundTruth);

    /// <summary>Answers to a question that a teacher with a checkpoint is asked for.</summary>
    public int TeacherAnswersPerQuestion => Math.Max(DiscriminatorPretrainCompletions, CompletionsPerPrompt);

    /// <summary>Upper clipping bound in force.</summary>
    public double ClipHigh => EpsilonHigh ?? Epsilon;

    /// <summary>
    /// Teacher outputs of one group, on average, in the order of <see cref="Teachers"/>: <c>num_generations</c> shared by weight. Of a
    /// fraction a question's draw gives one more or one less.
    /// </summary>
    public IReadOnlyList<double> TeacherDraws =>
        [.. Teachers.Select(t => CompletionsPerPrompt * t.Weight / Teachers.Sum(other => other.Weight))];
}
