using RIL.Training;
using RIL.Training.Generation;
using RIL.Training.Layers;
using RIL.Training.Models;
using RIL.Training.Optimizers;
using RIL.Training.Preflight;
using RIL.Training.Ril;
using RIL.Training.Training;
using static TorchSharp.torch;

namespace RIL.Tests.Training.Preflight;

public sealed class ModelChecksTests : IDisposable
{
    private readonly TinyRun _runs = new();
    private readonly IPromptEncoder _encoder;

    public ModelChecksTests() => _encoder = ModelCatalog.LoadPromptEncoder(_runs.Student);

    public void Dispose() => _runs.Dispose();

    [Fact]
    public void ModelsThatSee_Pass()
    {
        using VisionLanguageModel student = Load();
        using Discriminator discriminator = Discriminator.From(student, ComputePlan.OnCpu, 1, false, new AdamWSettings(), 1);
        Assert.Matches(@"^Preflight: sampling and training agree on log-probabilities within \S+, other pictures move the student's by up "
            + @"to \S+, the reference's by up to \S+, the discriminator's scores by up to \S+\.$", Check(student, student, discriminator));
    }

    [Theory, InlineData("student"), InlineData("reference"), InlineData("discriminator")]
    public void AModelThatDoesNotSee_IsRefusedByName(string blindOne)
    {
        using VisionLanguageModel student = Load(), blind = Blind();
        using Discriminator discriminator = Discriminator.From(blindOne == "discriminator" ? blind : student, ComputePlan.OnCpu, 1, false,
            new AdamWSettings(), 1);
        string message = Assert.Throws<InputException>(() => Check(blindOne == "student" ? blind : student, blindOne == "reference" ? blind
            : student, discriminator)).Message;
        Assert.Contains($"The picture does not reach the {blindOne}", message, StringComparison.Ordinal);
    }

    [Fact]
    public void ADiscriminatorThatIsShownNoPicture_NeedNotSee()
    {
        using VisionLanguageModel student = Load(), blind = Blind();
        using Discriminator discriminator = Discriminator.From(blind, ComputePlan.OnCpu, 1, false, new AdamWSettings(), 1);
        ModelChecks.Check(student, ComputePlan.OnCpu, student, discriminator, discriminatorSeesImage: false, _encoder,
            TinyRun.Examples, Sampling, 1);
    }

    [Theory]
    [InlineData(ScalarType.Float32, 5e-3, 1000, true)] // one bad token among many
    [InlineData(ScalarType.Float32, 5e-2, 1000, false)]
    [InlineData(ScalarType.Float32, 5e-3, 2, false)] // the same where it is the rule
    [InlineData(ScalarType.BFloat16, 0.2, 100, true)]
    [InlineData(ScalarType.BFloat16, 0.2, 2, false)]
    [InlineData(ScalarType.BFloat16, 0.6, 1000, false)]
    [InlineData(ScalarType.Float16, 0.05, 100, true)]
    [InlineData(ScalarType.Float16, 0.2, 1000, false)]
    [InlineData(ScalarType.Float32, double.NaN, 1000, false)]
    public void DisagreementIsMeasuredByTypeAtTheWorstTokenAndOnAverage(ScalarType type, double apart, int tokens, bool passes)
    {
        float[] sampled = new float[tokens], trained = new float[tokens];
        trained[tokens / 2] = (float)apart;
        if (passes) Assert.Equal(apart, ModelChecks.RequireAgreement(trained, sampled, type), 1e-6);
        else Assert.Contains($"in {type}",
            Assert.Throws<InputException>(() => ModelChecks.RequireAgreement(trained, sampled, type)).Message,
            StringComparison.Ordinal);
    }

    private SamplingOptions Sampling => new()
        { MaxNewTokens = 8, TopK = 10, EndTokenIds = _encoder.EndTokenIds, SuppressTokenIds = _encoder.MarkerTokenIds };

    private string Check(VisionLanguageModel student, VisionLanguageModel reference, Discriminator discriminator) =>
        ModelChecks.Check(student, ComputePlan.OnCpu, reference, discriminator, discriminatorSeesImage: true, _encoder,
            TinyRun.Examples, Sampling, 1);

    private VisionLanguageModel Load() => ModelCatalog.Load(_runs.Student, CPU);

    // Its merger gives nothing to the language model, as where a checkpoint's vision weights were lost.
    private VisionLanguageModel Blind()
    {
        VisionLanguageModel model = Load();
        using var _ = no_grad();
        foreach (Weight weight in model.Weights.Where(w => w.Part == ModelPart.Merger)) weight.Value.zero_();
        return model;
    }
}
