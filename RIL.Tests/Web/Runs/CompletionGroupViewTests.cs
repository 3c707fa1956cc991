using Bunit;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using RIL.Web.Runs.Completions;

namespace RIL.Tests.Web.Runs;

public sealed class CompletionGroupViewTests : BunitContext
{
    private static readonly CompletionGroup Group = new(
        2, "<image>what is the sum ?", ["rl-0-5.png"], "16", "sum",
        [
            Output("student", "answer : 16 .", 1, 1.69, 0.31, 0.42), Output("student", "<b>answer : 12 .</b>", 0, 0.04, 0.96, -1.23), Output("B", "answer : 16 .", 1, 1.88, 0.12, null),
        ]);

    public CompletionGroupViewTests()
    {
        Services.AddMudServices();
        JSInterop.Mode = JSRuntimeMode.Loose;
    }

    [Fact]
    public void EveryAnswer_IsALine_WithItsScoresAndItsEffect()
    {
        IRenderedComponent<CompletionGroupView> view = Draw(Group);

        string[] lines = [.. view.FindAll("tbody tr").Select(r => string.Join(" | ", r.Children.Select(c => c.TextContent.Trim())))];

        Assert.Equal(["student 1 | answer : 16 . | 0.31 | 1 | 1.69 | +0.42 | made likelier", "student 2 | <b>answer : 12 .</b> | 0.96 | 0 | 0.04 | −1.23 | made less likely", "teacher B | answer : 16 . | 0.12 | 1 | 1.88 | – | only shown to D"], lines);
        Assert.Equal("api/v1/runs/abcdefghjk/completions/62/images/2/0", view.Find("img").GetAttribute("src"));
        Assert.Contains("16", view.Find(".completion-question").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void TheTeachersColour_IsThatOfItsPlaceInTheRun() => Assert.Contains("--series-2", Draw(Group).FindAll(".of-teacher .dot")[0].GetAttribute("style"), StringComparison.Ordinal);

    [Fact]
    public void WithoutItsDataSet_ThePictureIsNamedInsteadOfBroken()
    {
        IRenderedComponent<CompletionGroupView> view = Draw(Group with { Answer = null, QuestionType = null });
        Assert.Empty(view.FindAll("img"));
        Assert.Equal("rl-0-5.png", view.Find(".missing .mono").TextContent);
    }

    private IRenderedComponent<CompletionGroupView> Draw(CompletionGroup group) => Render<CompletionGroupView>(p => p
        .Add(v => v.Group, group).Add(v => v.RunId, "abcdefghjk").Add(v => v.Step, 62).Add(v => v.Teachers, ["A", "B"]));

    private static CompletionOutput Output(string source, string text, double judge, double reward, double d, double? advantage) =>
        new(text, source, new Dictionary<string, double?> { ["answer"] = judge }, reward, d, null, advantage);
}
