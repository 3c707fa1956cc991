using RIL.Training;
using RIL.Training.Datasets;
using RIL.Training.Rewards;

namespace RIL.Tests.Training.Rewards;

public sealed class RuleJudgeTests
{
    [Theory]
    [InlineData("Paris", " paris. ", true)]
    [InlineData("a  coat", "A coat", true)]
    [InlineData("bag", "**Bag**", true)]
    [InlineData("bag", "a bag", false)]
    [InlineData("ﬁve", "five", true)]
    [InlineData("bag", "", false)]
    public void Exact_ComparesTheWholeTextUpToCaseBlanksAndMarks(string truth, string said, bool right) =>
        Assert.Equal(right, new RuleJudge(JudgeRule.Exact).IsRight(truth, said));

    [Theory]
    [InlineData("16", "9 plus 7 is 16 .", true)]
    [InlineData("1234.5", "it costs $1,234.50", true)]
    [InlineData("-3", "x = −3", true)]
    [InlineData("7", "from 5-7", true)]
    [InlineData("0.5", "the share is 1/2", true)]
    [InlineData("2500", "2.5e3", true)]
    [InlineData("16", "17", false)]
    [InlineData("16", "sixteen", false)]
    public void Numeric_ComparesTheLastNumber(string truth, string said, bool right) =>
        Assert.Equal(right, new RuleJudge(JudgeRule.Numeric).IsRight(truth, said));

    [Theory]
    [InlineData("B", "b", true)]
    [InlineData("B", "(B) a cat", true)]
    [InlineData("B. a cat", "B", true)]
    [InlineData("C", "It cannot be A. The answer is (C).", true)]
    [InlineData("C", "Option A is wrong, so the correct answer is: **C**", true)]
    [InlineData("D", "A boat is what I see, so D", true)]
    [InlineData("A", "A boat is there", false)]
    [InlineData("B", "I don't know", false)]
    public void MultipleChoice_ComparesTheOptionLetter(string truth, string said, bool right) =>
        Assert.Equal(right, new RuleJudge(JudgeRule.MultipleChoice).IsRight(truth, said));

    [Theory]
    [InlineData("2", "the picture shows a coat . there are 2 tops . answer : 2 .", true)]
    [InlineData("answer : 2 .", "answer : 2 .", true)]
    [InlineData("2", "answer : 3 . answer : 2", true)]
    [InlineData("2", "answer : 2 . answer : 3 .", false)]
    [InlineData("2", "there are 2 tops .", false)]
    [InlineData("2", "answer :", false)]
    [InlineData("2", "answer : 12 .", false)]
    public void AfterMarker_ReadsWhatFollowsTheLastMarker(string truth, string said, bool right) =>
        Assert.Equal(right, new RuleJudge(JudgeRule.AfterMarker, "answer :").IsRight(truth, said));

    [Theory]
    [InlineData(JudgeRule.Exact, " . ")]
    [InlineData(JudgeRule.Numeric, "many")]
    [InlineData(JudgeRule.MultipleChoice, "42")]
    [InlineData(JudgeRule.AfterMarker, "answer :")]
    public void AGroundTruthThatCannotBeCompared_MakesTheJudgeAbstain(JudgeRule rule, string truth)
    {
        Verdict verdict = new RuleJudge(rule, "answer :").Judge(truth, "answer : 2 .");
        Assert.Null(verdict.Value);
        Assert.NotNull(verdict.Reason);
    }

    [Fact]
    public void AfterMarker_WithoutAMarker_IsRefused() => Assert.Throws<InputException>(() => new RuleJudge(JudgeRule.AfterMarker));

    [Theory]
    [InlineData(null, "100.0", "100.00001", true)]
    [InlineData(null, "100.0", "100.1", false)]
    [InlineData(null, "10000001", "10000002", false)]
    [InlineData(0.05, "100", "104", true)]
    [InlineData(0.05, "100", "106", false)]
    [InlineData(0.05, "25 cm", "26 cm", true)]
    [InlineData(0.0, "1/3", "0.3333333", false)]
    public void Tolerance_IsAShareOfTheLargerNumber(double? tolerance, string truth, string said, bool right)
    {
        Assert.Equal(right, new RuleJudge(JudgeRule.Numeric, null, AnswerPattern.Auto, tolerance).IsRight(truth, said));
        Assert.Equal(right, new RuleJudge(JudgeRule.Math, null, AnswerPattern.Auto, tolerance).IsRight(truth, said));
    }

    [Theory]
    [InlineData(AnswerPattern.Tags, "<answer>3</answer>", true)]
    [InlineData(AnswerPattern.Tags, "3", false)]
    [InlineData(AnswerPattern.Boxed, "\\boxed{3}", true)]
    [InlineData(AnswerPattern.Boxed, "<answer>3</answer>", false)]
    [InlineData(AnswerPattern.Marker, "Result: 3", true)]
    [InlineData(AnswerPattern.Marker, "3", false)]
    [InlineData(AnswerPattern.Whole, "3", true)]
    [InlineData(AnswerPattern.Auto, "Result: 3", true)]
    public void EveryPattern_ServesEveryRule(AnswerPattern pattern, string said, bool right)
    {
        foreach (JudgeRule rule in new[] { JudgeRule.Exact, JudgeRule.Numeric, JudgeRule.Math })
            Assert.Equal(right, new RuleJudge(rule, "Result:", pattern).IsRight("3", said));
        Assert.Equal(right, new RuleJudge(JudgeRule.MultipleChoice, "Result:", pattern)
            .IsRight("B", said.Replace('3', 'B')));
    }

    [Fact]
    public void TheMarkerPattern_WithoutAMarker_IsRefused() =>
        Assert.Throws<InputException>(() => new RuleJudge(JudgeRule.Exact, null, AnswerPattern.Marker));

    [Fact]
    public async Task AnswerReward_GivesOneVerdictPerCompletionInOrder()
    {
        var example = new Example("1", [], [], "2", null, null, []);
        IReadOnlyList<Verdict> verdicts = await new AnswerReward(new RuleJudge(JudgeRule.Exact))
            .ScoreAsync([new(example, "2", "student"), new(example, "3", "A"), new(example with { Answer = "" }, "2", "A")],
                TestContext.Current.CancellationToken);
        Assert.Equal([1.0, 0.0, null], verdicts.Select(v => v.Value));
    }
}
