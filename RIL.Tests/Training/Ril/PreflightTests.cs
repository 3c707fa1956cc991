using RIL.Training;
using RIL.Training.Generation;
using RIL.Training.Layers;
using RIL.Training.Models;
using RIL.Training.Optimizers;
using RIL.Training.Ril;
using RIL.Training.Training;
using static TorchSharp.torch;

namespace RIL.Tests.Training.Ril;

public sealed class PreflightTests : IDisposable
{
    private readonly TinyRun _runs = new();
    private readonly IPromptEncoder _encoder;

    public PreflightTests() => _encoder = ModelCatalog.LoadPromptEncoder(_runs.Student);

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
        Preflight.Check(student, ComputePlan.OnCpu, student, discriminator, discriminatorSeesImage: false, _encoder,
            TinyRun.Examples, Sampling, 1);
    }

    private SamplingOptions Sampling => new()
        { MaxNewTokens = 8, TopK = 10, EndTokenIds = _encoder.EndTokenIds, SuppressTokenIds = _encoder.MarkerTokenIds };

    private string Check(VisionLanguageModel student, VisionLanguageModel reference, Discriminator discriminator) =>
        Preflight.Check(student, ComputePlan.OnCpu, reference, discriminator, discriminatorSeesImage: true, _encoder,
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
