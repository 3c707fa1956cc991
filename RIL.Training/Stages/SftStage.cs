using System.Text.Json.Nodes;
using RIL.Training.Configuration;
using RIL.Training.Datasets;
using RIL.Training.Models;
using RIL.Training.Optimizers;
using RIL.Training.Rewards;
using RIL.Training.Runs;
using RIL.Training.Sft;
using RIL.Training.Teachers;
using static TorchSharp.torch;

namespace RIL.Training.Stages;

/// <summary>Stage 1: supervised fine-tuning on the data set's or the teachers' answers.</summary>
internal sealed class SftStage : RunStage
{
    private const string OptimizerFile = "optimizer.safetensors";
    private readonly IReadOnlyList<(Example Example, KeptAnswer Answer)> _pairs;
    private readonly EpochOrder _order;
    private readonly LearningRate _rate;
    private readonly EarlyStopping _stopping;
    private SftTrainer? _trainer;

    private SftStage(RunModels state, IReadOnlyList<(Example, KeptAnswer)> pairs, int steps) : base("sft", steps, state)
    {
        _pairs = pairs;
        _order = new EpochOrder(pairs.Count, Inputs.Seed + 2);
        _rate = Config.SftRate(steps);
        // Before reinforcement nothing is evaluated, and the warm start runs to its end.
        _stopping = new EarlyStopping(Config.TrainsPolicy ? 0 : Config.EarlyStoppingPatience);
    }

    public static SftStage Of(RunModels state)
    {
        RunConfig config = state.Inputs.Config;
        (Example, KeptAnswer)[] pairs = [.. Pairs(state.Inputs)];
        if (pairs.Length == 0) throw new InputException(
            $"sft_source is {config.SftSource} and no answer passes its filter; expected at least one.");
        return new SftStage(state, pairs, config.SftUpdates(pairs.Length));
    }

    public override bool EndsEarly => _stopping.Ends;

    public override JsonObject? Memory => _stopping.State();

    public override void Enter(StagePosition? position)
    {
        _stopping.Restore(position?.Memory);
        _trainer = new SftTrainer(State.Student, Inputs.Plan, Config.SftFreezeVisionTower ?? Config.FreezeVisionTower, Config.AdamW,
            Config.MaxGradNorm);
        if (position?.Checkpoint is { } checkpoint) RunModels.Copy(checkpoint, OptimizerFile, _trainer.Optimizer.AdamW.State());
    }

    public override void Step(int step, long runStep, RunSession session)
    {
        int[] rows = _order.Take((long)step * Config.SftBatchSize, Config.SftBatchSize);
        SftExample[] examples = Inputs.Plan.Encode(rows, row => Encode(_pairs[row]));
        double rate = _rate.At(step);
        _trainer!.Optimizer.Gradients = NewHistogram(step);
        SftUpdate update = _trainer.Update(examples, rate);
        RequireFinite(step, session, update.Loss, update.GradientNorm);
        State.Tokens += examples.Sum(e => e.Prompt.TokenIds.Length + e.Answer.Length);
        if (Logs(step))
            session.Metrics(runStep, new Dictionary<string, double> { ["loss"] = update.Loss, ["grad_norm"] = update.GradientNorm,
                ["learning_rate"] = rate, ["num_tokens"] = State.Tokens });
        Show(_trainer.Optimizer.Gradients, runStep, session);
    }

    public override void Evaluate(int step, long runStep, RunSession session)
    {
        if (!Config.TrainsPolicy && Validates(step)) HeldOut.Validate(this, State, _stopping, step, runStep, session);
    }

    public override void Leave(long runStep, RunSession session) => HeldOut.Student(State, "sft", runStep, session, isStep: false);

    public override IReadOnlyList<(string File, IReadOnlyList<(string Name, Tensor Value)> Tensors)> Tensors =>
        [Optimizer(OptimizerFile, _trainer!.Optimizer.AdamW)];

    public override void Dispose()
    {
        _trainer?.Dispose();
        base.Dispose();
    }

    private SftExample Encode((Example Example, KeptAnswer Answer) pair)
    {
        EncodedPrompt prompt = Inputs.Encoder.Encode(pair.Example.Prompt, pair.Example.Images, pair.Example.Id);
        // An answer that was cut does not end where it stops.
        int[] tokens = Inputs.Encoder.EncodeCompletion(pair.Answer.Text);
        return new SftExample(prompt, pair.Answer.Truncated ? tokens : [.. tokens, Inputs.Encoder.EndTokenId]);
    }

    private static IEnumerable<(Example, KeptAnswer)> Pairs(RunInputs inputs)
    {
        RunConfig config = inputs.Config;
        if (config.SftSource == SftSource.GroundTruth) return inputs.SftQuestions.Select(e => (e, new KeptAnswer(e.Answer)));
        return from example in inputs.Questions
               from teacher in config.Teachers
               from answer in inputs.Kept.Of(teacher.Name, example.Id)
               where answer.HasContent
               where config.SftSource == SftSource.TeacherAnswers || inputs.Judge.Ask(example, answer.Text, teacher.Name).IsRight == true
               where config.SftSource != SftSource.RightLongTeacherAnswers
                   || inputs.Encoder.EncodeCompletion(answer.Text).Length >= config.SftLongAnswerTokens
               select (example, answer);
    }
}
