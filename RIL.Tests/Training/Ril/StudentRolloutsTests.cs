using RIL.Training.Datasets;
using RIL.Training.Generation;
using RIL.Training.Grpo;
using RIL.Training.Models;
using RIL.Training.Ril;
using RIL.Training.Teachers;
using RIL.Training.Training;
using static TorchSharp.torch;

namespace RIL.Tests.Training.Ril;

/// <summary>What is rewarded is what is learnt from, and the discriminator is shown texts, not whose tokens they are.</summary>
public sealed class StudentRolloutsTests : IDisposable
{
    private const string Long = "there is a bag and a coat . answer : bag .", Short = "bag";
    private const int Longest = 5;
    private readonly TinyRun _runs = new();
    private readonly IPromptEncoder _encoder;
    private readonly VisionLanguageModel _student;

    public StudentRolloutsTests() => (_encoder, _student) = (ModelCatalog.LoadPromptEncoder(_runs.Student),
        ModelCatalog.Load(_runs.Student, CPU));

    public void Dispose()
    {
        _student.Dispose();
        _runs.Dispose();
    }

    [Fact]
    public void ATeachersAnswerThatIsTooLong_IsCutForTheJudgeToo_AndHasNoEnd()
    {
        RolloutOutput cut = Teachers(new KeptAnswer(Long))[0];
        Assert.True(cut.Truncated);
        Assert.Equal(_encoder.EncodeCompletion(Long)[..Longest], cut.TokenIds);
        Assert.Equal(_encoder.Decode(cut.TokenIds), cut.Text);
        Assert.DoesNotContain("answer", cut.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(_encoder.EndTokenId, cut.ReadIds);
    }

    [Fact]
    public void AnAnswerThatWasCutWhenItWasCollected_GetsNoEnd_AndAWholeOneDoes()
    {
        RolloutOutput cut = Teachers(new KeptAnswer(Short, Truncated: true))[0], whole = Teachers(new KeptAnswer(Short))[0];
        int[] text = _encoder.EncodeCompletion(Short);
        Assert.Equal((true, false), (cut.Truncated, whole.Truncated));
        Assert.Equal(text, cut.TokenIds);
        Assert.Equal([.. text, _encoder.EndTokenId], whole.TokenIds);
    }

    [Fact]
    public void AnAnswerOfExactlyTheLongestLength_IsWhole()
    {
        string four = string.Join(' ', Enumerable.Repeat(Short, 20));
        while (_encoder.EncodeCompletion(four).Length >= Longest) four = four[..four.LastIndexOf(' ')];
        Assert.All(Teachers(new KeptAnswer(four)), o => Assert.False(o.Truncated));
        Assert.All(Teachers(new KeptAnswer(four + " " + four)), o => Assert.True(o.Truncated));
    }

    [Fact]
    public void TheDiscriminator_ReadsBothSidesInTheSameTokens_WhicheverEndWasSampled()
    {
        // A second end token, as checkpoints have; a word that an untrained student says often enough.
        int[] ends = [_encoder.EndTokenId, .. _encoder.EncodeCompletion("a b c d e")];
        RolloutOutput[] outputs = [.. Groups([new KeptAnswer(Short)], ends, completions: 24)[0].Outputs.Where(o => o.IsStudent)];
        Assert.Contains(outputs, o => !o.Truncated && o.TokenIds[^1] != _encoder.EndTokenId);
        Assert.Contains(outputs, o => o.Truncated);
        Assert.All(outputs.Where(o => o.Text.Length > 0), o =>
        {
            int[] text = _encoder.EncodeCompletion(o.Text);
            Assert.Equal(o.Truncated ? text : [.. text, _encoder.EndTokenId], o.ReadIds);
        });
        var shown = new DiscriminatorPrompts(DiscriminatorInput.Response, _encoder)
            .Of([new RolloutGroup(TinyRun.Examples[0], new EncodedPrompt([1], []), outputs)])[0];
        Assert.Equal(outputs.Select(o => o.ReadIds), shown.Outputs);
    }

    [Fact]
    public void LengthsOfKeptAnswers_SayWhatWouldHoldThem()
    {
        var kept = new KeptAnswers();
        IReadOnlyList<Example> questions = [.. TinyRun.Examples.Take(10)];
        foreach ((int i, Example question) in questions.Index()) kept.Add("A", question.Id, i == 0 ? Long : Short);
        AnswerLengths lengths = AnswerLengths.Of(kept, "A", questions, _encoder);
        int @short = _encoder.EncodeCompletion(Short).Length + 1, @long = _encoder.EncodeCompletion(Long).Length + 1;
        Assert.Equal((@short, @long), (lengths.Holding(0.9), lengths.Holding(0.95)));
        Assert.Equal(0.1, lengths.LongerThan(Longest));
        Assert.Null(lengths.Warning("A", @long));
        Assert.Contains($"10 % of its answers are longer than max_completion_length, {Longest}", lengths.Warning("A", Longest),
            StringComparison.Ordinal);
        Assert.Contains($"{@long} tokens hold 95 %", lengths.Warning("A", Longest), StringComparison.Ordinal);
    }

    private RolloutOutput[] Teachers(KeptAnswer answer) =>
        [.. Groups([answer], _encoder.EndTokenIds, completions: 2)[0].Outputs.Where(o => !o.IsStudent)];

    private IReadOnlyList<RolloutGroup> Groups(KeptAnswer[] answers, IReadOnlyList<int> ends, int completions)
    {
        var kept = new KeptAnswers();
        foreach (Example example in TinyRun.Examples)
            foreach (KeptAnswer answer in answers) kept.Add("A", example.Id, answer);
        var sampling = new SamplingOptions { MaxNewTokens = Longest, EndTokenIds = ends, SuppressTokenIds = _encoder.MarkerTokenIds };
        return new StudentRollouts(_student, ComputePlan.OnCpu, _encoder, TinyRun.Examples, 1, completions, sampling,
            new TeacherDraw(kept, [new TeacherShare("A")], 1), 1).Collect(0);
    }
}
