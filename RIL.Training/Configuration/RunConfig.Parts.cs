using RIL.Training.Generation;
using RIL.Training.Grpo;
using RIL.Training.Models;
using RIL.Training.Optimizers;
using RIL.Training.Rewards;
using RIL.Training.Ril;
using RIL.Training.Teachers;
using RIL.Training.Torch;
using RIL.Training.Training;

namespace RIL.Training.Configuration;

// The configuration as the rooms below understand it: each takes its own part and knows nothing of runs.
public sealed partial record RunConfig
{
    /// <summary>How libtorch runs.</summary>
    public TorchSettings Torch => new(Threads, Workers, Matmul: Matmul == MatmulRoute.Fast ? "fast" : "default");

    /// <summary>
    /// Where and how the run computes on this machine; throws <see cref="InputException"/> where it lacks what is asked for.
    /// </summary>
    public ComputePlan ComputePlan() =>
        Training.ComputePlan.Choose(new ComputeSettings(Device, TokensPerPass, RowsDecoding, GradientCheckpointing, CompletionsPerPass),
            Machine.This);

    /// <summary>How the student samples for training.</summary>
    public SamplingOptions Sampling(IPromptEncoder encoder) => new()
    {
        MaxNewTokens = MaxCompletionLength, Temperature = Temperature, TopK = TopK, TopP = TopP, MinP = MinP,
        RepetitionPenalty = RepetitionPenalty,
        EndTokenIds = encoder.EndTokenIds, SuppressTokenIds = encoder.MarkerTokenIds,
    };

    /// <summary>How a model answers in an evaluation.</summary>
    public SamplingOptions EvaluationSampling(IPromptEncoder encoder) => EvalSampling == EvalSampling.Sample ? Sampling(encoder)
        : new SamplingOptions
    {
        MaxNewTokens = MaxCompletionLength, Greedy = true, EndTokenIds = encoder.EndTokenIds, SuppressTokenIds = encoder.MarkerTokenIds,
    };

    /// <summary>Learning rate of the student in the loop.</summary>
    public LearningRate PolicyRate => new(LearningRate, Schedule, WarmupSteps, MaxSteps, RateFloor);

    /// <summary>Learning rate of the discriminator in the loop.</summary>
    public LearningRate DiscriminatorRate => new(DiscriminatorLearningRate, DiscriminatorSchedule, 0, MaxSteps, DiscriminatorRateFloor);

    /// <summary>Learning rate of the discriminator before the loop.</summary>
    public LearningRate DiscriminatorPretrainRate => new(DiscriminatorPretrainLearningRate, DiscriminatorPretrainSchedule, 0,
        DiscriminatorPretrainSteps, DiscriminatorPretrainRateFloor);

    /// <summary>Learning rate of the warm start of so many updates.</summary>
    public LearningRate SftRate(int updates) => new(SftLearningRate, SftSchedule, SftWarmupSteps, updates, SftRateFloor);

    /// <summary>Updates of the warm start over so many answers.</summary>
    public int SftUpdates(int answers) => SftSteps > 0 ? SftSteps : (int)Math.Ceiling(SftEpochs * answers / SftBatchSize);

    /// <summary>AdamW's constants.</summary>
    public AdamWSettings AdamW => new(AdamBeta1, AdamBeta2, AdamEpsilon, WeightDecay);

    /// <summary>The student's objective.</summary>
    public PolicyLossSettings PolicyLoss => new(LossType, ImportanceSamplingLevel, Epsilon, ClipHigh, Beta, MaxCompletionLength,
        CorrectsKl);

    /// <summary>What a step of the loop does.</summary>
    public RilSettings Ril => new()
    {
        Similarity = Similarity, SimilarityWeight = RewardWeights.Similarity, AnswerWeight = RewardWeights.Answer,
        TeachersInGroup = TeachersInGroup, ScaleRewards = ScaleRewards,
        Iterations = UpdatesPerBatch, DiscriminatorUpdates = TrainDiscriminator ? DiscriminatorUpdatesPerBatch ?? UpdatesPerBatch : 0,
        DiscriminatorLossFloor = DiscriminatorLossFloor, MaskTruncated = MaskTruncatedCompletions,
    };

    /// <summary>The judge.</summary>
    public IJudge CreateJudge() => new RuleJudge(Judge, AnswerMarker, AnswerPattern, AnswerTolerance);

    /// <summary>The teachers and their shares.</summary>
    public IReadOnlyList<TeacherShare> TeacherShares => [.. Teachers.Select(t => new TeacherShare(t.Name, t.Weight))];
}
