using RIL.Training.Configuration;
using RIL.Training.Datasets;
using RIL.Training.Stages;

namespace RIL.Tests.Training.Runs;

public sealed class RunInputsTests : IDisposable
{
    private readonly TinyRun _runs = new();

    [Fact]
    public void PromptsThatAreTooLong_LoseTextBeforeAnybodyReadsThem_WhereThatIsSet()
    {
        RunConfig config = _runs.Config("cut");
        var whole = RunInputs.Load(config);
        int[] lengths = [.. whole.Questions.Select(q => Length(whole, q))];
        int most = lengths.Max() - 1;
        var cut = RunInputs.Load(config with { MaxPromptLength = most, PromptOverflow = PromptOverflow.Cut });
        Assert.Equal(whole.Questions.Select(q => q.Id), cut.Questions.Select(q => q.Id));
        Assert.All(cut.Questions, q => Assert.InRange(Length(cut, q), 1, most));
        int longer = lengths.Count(l => l > most);
        Assert.Contains(cut.ForPreflight().Reading!, f => f.What.StartsWith($"{longer} of {lengths.Length} prompts",
            StringComparison.Ordinal));
    }

    public void Dispose() => _runs.Dispose();

    private static int Length(RunInputs inputs, Example question) =>
        inputs.Encoder.Encode(question.Prompt, question.Images, question.Id).TokenIds.Length;
}
