using RIL.Web.Runs.Completions;

namespace RIL.Tests.Web.Runs;

public sealed class CompletionRankingTests
{
    // Student's and teacher's (judge, D, R) by question.
    private static readonly CompletionGroup[] Groups =
    [
        Group(0, "sum", Output("student", 1, 0.1, 1.9), Output("A", 1, 0.1, 1.9)),
        Group(1, "sum", Output("student", 0, 0.9, 0.1), Output("A", 1, 0.2, 1.8)),
        Group(2, "cost", Output("student", 1, 0.95, 1.05), Output("A", 1, 0.3, 1.7)),
        Group(3, "cost", Output("student", null, 0.5, null), Output("A", 0, 0.5, 0.5)),
    ];

    [Fact]
    public void Best_PutsTheHighestRewardOfTheStudentFirst() => Assert.Equal(0, Order(CompletionOrder.Best)[0]);

    [Fact]
    public void Worst_PutsTheLowestRewardOfTheStudentBeforeTheOthersThatHaveOne() => Assert.Equal([1, 2, 0], Order(CompletionOrder.Worst).Where(n => n != 3));

    [Fact]
    public void Judges_PutsTheRightAnswerThatDIsSureIsNoTeachersFirst() => Assert.Equal(2, Order(CompletionOrder.Judges)[0]);

    [Fact]
    public void Teachers_PutsTheQuestionFirstThatOnlyTheTeacherCould_AndThoseWithoutVerdictLast() => Assert.Equal([1, 2, 0, 3], Order(CompletionOrder.Teachers));

    [Fact]
    public void TypeAndText_Choose()
    {
        Assert.Equal([2, 3], CompletionRanking.Choose(Groups, CompletionOrder.Kept, "cost").Select(g => g.Number));
        Assert.Equal([1], CompletionRanking.Choose(Groups, CompletionOrder.Kept, find: "QUESTION 1").Select(g => g.Number));
        Assert.Empty(CompletionRanking.Choose(Groups, CompletionOrder.Kept, find: "[a-z]"));
    }

    [Fact]
    public void AnAnswerWithoutReward_IsSaidToBeLeftOut()
    {
        Assert.Equal("left out", GradientEffect.Short(Output("student", null, 0.5, null)));
        Assert.Equal("made likelier", GradientEffect.Short(Output("student", 1, 0.5, 1.5) with { Advantage = 0.2 }));
        Assert.Equal("only shown to D", GradientEffect.Short(Output("A", 1, 0.5, 1.5)));
    }

    private static int[] Order(CompletionOrder order) => [.. CompletionRanking.Choose(Groups, order).Select(g => g.Number)];

    private static CompletionGroup Group(int number, string type, params CompletionOutput[] outputs) => new(number, $"question {number} ?", [], "3", type, outputs);

    private static CompletionOutput Output(string source, double? judge, double d, double? reward) =>
        new("answer : 3 .", source, new Dictionary<string, double?> { ["answer"] = judge, ["similarity"] = 1 - d }, reward, d, null, null);
}
