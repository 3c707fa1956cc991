using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using RIL.Training.Configuration;
using RIL.Web.Runs.Form;

namespace RIL.Tests.Web.Form;

/// <summary>The form's own controls show what is wrong beside what was typed.</summary>
public sealed class FormControlTests : BunitContext
{
    private readonly RunForm _form = new(_ => []);
    private int _changes;

    public FormControlTests()
    {
        Services.AddMudServices();
        JSInterop.Mode = JSRuntimeMode.Loose;
        _form.Load(RunPresets.Get("quickstart").Values);
    }

    [Fact]
    public void AWeightOfARewardThatIsNone_IsShownAsTyped_WithASentence_UntilItIsRight()
    {
        IRenderedComponent<RewardSliders> view = Render<RewardSliders>(p => p.Add(c => c.Form, _form).Add(c => c.Changed, EventCallback.Factory.Create(this, () => _changes++)));
        view.Find("#weight-answer").Change("1,5");
        Assert.Equal("1,5", view.Find("#weight-answer").GetAttribute("value"));
        Assert.Equal("true", view.Find("#weight-answer").GetAttribute("aria-invalid"));
        Assert.Contains("'1,5' is no weight", view.Find(".param-problem").TextContent, StringComparison.Ordinal);
        Assert.Null(view.Find("#weight-similarity").GetAttribute("aria-invalid"));

        view.Find("#weight-answer").Change("1.5");
        Assert.Empty(view.FindAll(".param-problem"));
        Assert.Equal((1.5, 2), (_form.Config.RewardWeights.Answer, _changes));
    }

    [Fact]
    public void AWeightOfATeacherThatIsNone_IsShownAsTyped_AndItsSliderPutsItRight()
    {
        IRenderedComponent<TeacherChoice> view = Render<TeacherChoice>(p => p.Add(c => c.Form, _form).Add(c => c.All, []));
        view.Find("#teacher-weight-0").Change("0");
        Assert.Equal("0", view.Find("#teacher-weight-0").GetAttribute("value"));
        Assert.Contains("'0' is no weight; expected a number above 0", view.Find(".param-problem").TextContent, StringComparison.Ordinal);
        view.Find(".teacher-list li input[type=range]").Input("2");
        Assert.Empty(view.FindAll(".param-problem"));
        Assert.Equal("2", view.Find("#teacher-weight-0").GetAttribute("value"));
    }
}
