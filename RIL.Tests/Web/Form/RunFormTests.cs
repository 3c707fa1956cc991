using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RIL.Tests.Web.Runs;
using RIL.Training.Configuration;
using RIL.Web.Accounts;
using RIL.Web.Data;
using RIL.Web.Runs;
using RIL.Web.Runs.Form;
using RIL.Web.Runs.Ingest;

namespace RIL.Tests.Web.Form;

/// <summary>The form as a plain class: fields and YAML follow each other, and nothing that was typed is lost or passed over.</summary>
public sealed class RunFormTests(SiteFixture site)
{
    private readonly RunConfigs _configs = site.Services.GetRequiredService<RunConfigs>();

    [Fact]
    public void EverySetting_HasAField_UnlessTheSiteDecides()
    {
        string[] missing = [.. RunConfigDocument.Write(new RunConfig()).Select(s => s.Key).Except(RunField.All.Select(f => f.Key))];
        Assert.Equal(["output_dir", "run_name", "resume_from_checkpoint", "bf16"], missing);
        Assert.All(RunField.All, f => Assert.True(f.Label.Length > 2 && f.Effect.Length > 5, f.Key));
    }

    [Fact]
    public void FieldsAndYaml_FollowEachOther()
    {
        RunForm form = Quickstart();
        form.Set("learning_rate", "2e-5");
        Assert.Contains("learning_rate: 2e-05", form.Yaml, StringComparison.Ordinal);
        form.SetYaml(form.Yaml.Replace("learning_rate: 2e-05", "learning_rate: 3e-5", StringComparison.Ordinal) + "beta: 0.02\n");
        Assert.Null(form.YamlProblem);
        Assert.Equal("3e-05", form.Text("learning_rate"));
        Assert.Equal(0.02, form.Config.Beta);
    }

    [Theory]
    [MemberData(nameof(Presets))]
    public void TheYamlOfAForm_GivesTheSameForm(string preset)
    {
        RunForm form = Quickstart();
        form.Apply(preset);
        RunForm again = new(_configs.Problems);
        again.SetYaml(form.Yaml);
        Assert.True(JsonNode.DeepEquals(form.Settings, again.Settings), again.YamlProblem ?? form.Yaml);
        Assert.True(JsonNode.DeepEquals(RunConfigDocument.Write(form.Config), RunConfigDocument.Write(again.Config)));
    }

    public static TheoryData<string> Presets => [.. RunPresets.Names];

    [Fact]
    public void WhatCannotBeRead_StaysAsTyped_WithASentence_AndLosesNothingElse()
    {
        RunForm form = Quickstart();
        form.Set("max_steps", "many");
        form.Set("temperature", "-1");
        Assert.Equal("many", form.Text("max_steps"));
        Assert.Contains("whole number", form.ProblemOf("max_steps"), StringComparison.Ordinal);
        Assert.Contains("temperature", form.ProblemOf("temperature"), StringComparison.Ordinal);
        form.Set("seed", "8");
        Assert.Equal("many", form.Text("max_steps"));
        form.SetYaml("seed: [");
        Assert.NotNull(form.YamlProblem);
        Assert.Equal("seed: [", form.Yaml);
        Assert.Equal("8", form.Text("seed"));
        form.SetYaml("sead: 3");
        Assert.Contains("did you mean 'seed'", form.YamlProblem, StringComparison.Ordinal);
    }

    [Fact]
    public void AYamlThatCannotBeRead_IsAProblem_AndOutlivesFieldsAndPresets_UntilItIsPutRightOrDiscarded()
    {
        RunForm form = Quickstart();
        form.SetYaml("seed: [");
        Assert.Equal(RunForm.YamlKey, Assert.Single(form.Problems).Key);
        form.Set("seed", "8");
        form.Apply("grpo");
        Assert.Equal("seed: [", form.Yaml);
        Assert.Single(form.Problems);

        form.DiscardYaml();
        Assert.Contains("seed: 8", form.Yaml, StringComparison.Ordinal);
        Assert.Empty(form.Problems);

        form.SetYaml("seed: [");
        RunForm right = Quickstart();
        right.Set("seed", "9");
        form.SetYaml(right.Yaml);
        Assert.Empty(form.Problems);
        Assert.Equal("9", form.Text("seed"));
    }

    [Theory]
    [InlineData("1,5")]
    [InlineData("abc")]
    [InlineData("-1")]
    [InlineData("")]
    [InlineData("Infinity")]
    public void AWeightOfARewardThatIsNone_IsRefused_AndStaysAsTyped(string typed)
    {
        RunForm form = Quickstart();
        form.SetRewardWeight("answer", typed);
        Assert.Contains($"answer: '{typed}' is no weight; expected 0 or a number above", form.ProblemOf("reward_weights"), StringComparison.Ordinal);
        Assert.Equal(typed, form.TypedAt(RunForm.RewardPlace("answer")));
        // The other one may be changed meanwhile; and a reload loses nothing of either.
        form.SetRewardWeight("similarity", "2");
        RunForm again = new(_configs.Problems);
        again.TakeUp(form.Keep());
        Assert.All([form, again], f => Assert.Equal((typed, 2, 1), (f.TypedAt(RunForm.RewardPlace("answer")), f.Config.RewardWeights.Similarity, f.Config.RewardWeights.Answer)));

        form.SetRewardWeight("answer", "1.5");
        Assert.Empty(form.Problems);
        Assert.Equal(1.5, form.Config.RewardWeights.Answer);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1,5")]
    [InlineData("-2")]
    public void AWeightOfATeacherThatIsNone_IsRefused_UntilTheTeacherIsTakenAway(string typed)
    {
        RunForm form = Quickstart();
        form.SetTeacherWeight("B", typed);
        Assert.Contains($"B: '{typed}' is no weight", form.ProblemOf("teachers"), StringComparison.Ordinal);
        Assert.Equal(typed, form.TypedAt(RunForm.TeacherPlace("B")));
        form.PutTeachers([.. form.Config.Teachers.Where(t => t.Name != "B")]);
        Assert.Empty(form.Problems);
    }

    [Fact]
    public void AWholeNumberWithAComma_IsNotReadAsAnotherOne()
    {
        RunForm form = Quickstart();
        form.Set("max_steps", "1,5");
        Assert.Contains("'1,5' is no whole number", form.ProblemOf("max_steps"), StringComparison.Ordinal);
    }

    [Fact]
    public void SettingsOfAnotherVersion_AreKeptAsYaml_AndTheOthersFillTheFields()
    {
        var old = new JsonObject { ["seed"] = 5, ["temperatur"] = 0.7, ["max_steps"] = "many" };
        RunForm form = new(_configs.Problems);
        form.Load(old);
        form.CompareWith(old);
        Assert.Equal("5", form.Text("seed"));
        Assert.Contains("temperatur", form.YamlProblem, StringComparison.Ordinal);
        Assert.Contains(form.Problems, p => p.Key == RunForm.YamlKey);
        Assert.All(["seed: 5", "temperatur: 0.7", "max_steps: \"many\""], line => Assert.Contains(line, form.Yaml, StringComparison.Ordinal));
        Assert.Empty(form.Differences);
    }

    [Fact]
    public void AProblem_NamesTheFieldItIsAbout()
    {
        RunForm form = Quickstart();
        form.Set("per_device_train_batch_size", "7");
        Assert.Contains("multiple of num_generations", form.ProblemOf("per_device_train_batch_size"), StringComparison.Ordinal);
        form.Put("teachers", new JsonArray());
        Assert.NotNull(form.ProblemOf("teachers"));
        form.Set("student", "");
        Assert.NotNull(form.ProblemOf("student"));
        form.Set("dataset", "dataset:abcdefghjk");
        Assert.Contains(form.Problems, p => p.Text.Contains("dataset:abcdefghjk", StringComparison.Ordinal));
    }

    [Fact]
    public void WhatWasTyped_IsTakenUpAgain()
    {
        RunForm form = Quickstart();
        form.Set("seed", "9");
        form.Set("max_steps", "many");
        RunForm again = new(_configs.Problems);
        again.TakeUp((JsonObject)JsonNode.Parse(form.Keep().ToJsonString())!);
        Assert.Equal("9", again.Text("seed"));
        Assert.Equal("many", again.Text("max_steps"));
        Assert.True(JsonNode.DeepEquals(form.Settings, again.Settings));
    }

    [Fact]
    public void ADifferenceToTheParent_IsShown_AndAResetTakesItBack()
    {
        RunForm form = Quickstart();
        form.CompareWith(form.Settings);
        Assert.Empty(form.Differences);
        form.Put("reward_weights", new JsonObject { ["similarity"] = 1, ["answer"] = 2 });
        Assert.Equal("reward_weights", Assert.Single(form.Differences).Key);
        form.Reset("reward_weights");
        Assert.Empty(form.Differences);
    }

    [Fact]
    public async Task AnEstimate_ComesFromWhatTheSameStudentTookHere()
    {
        await using OwnSite own = await OwnSite.Start();
        RunEstimator estimator = own.Services.GetRequiredService<RunEstimator>();
        RunConfig config = RunConfigDocument.Bind(RunPresets.Get("quickstart"), new SettingsLayer("tiny", JsonNode.Parse(OwnSite.TinyRun)!.AsObject()));
        RunEstimate before = await estimator.Of(config);
        Assert.Null(before.Seconds);
        Assert.True(before.Bytes > 697_056 * 4);

        Run run = await Worked(own, config, ("sft", 30), ("discriminator", 6), ("ril", 12), ("evaluation", 2));

        // Stages grow with their own steps: ten times SFT and RIL, the discriminator and the evaluation as they were.
        RunEstimate after = await estimator.Of(config), longer = await estimator.Of(config with { MaxSteps = config.MaxSteps * 10, SftSteps = config.SftSteps * 10 });
        Assert.Equal(30 + 6 + 12 + 2, after.Seconds!.Value, 6);
        Assert.Equal(300 + 6 + 120 + 2, longer.Seconds!.Value, 6);
        Assert.Contains(run.Name, after.How, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ADraft_IsChangedAndStarted_AndNothingElseIs()
    {
        var service = site.Services.GetRequiredService<RunService>();
        Run draft = await service.Create(new NewRun("a draft", Quickstart().Settings, Start: false), Caller.Site);
        RunForm form = Quickstart();
        form.Set("seed", "77");
        RunOutcome? outcome = await service.UpdateDraft(draft.Id, new NewRun("renamed", form.Settings, ["x"], "why", Start: false), Caller.Site);
        Assert.Equal("renamed", outcome!.Run!.Name);
        Assert.Contains("\"seed\":77", outcome.Run.Config, StringComparison.Ordinal);
        Run finished = new RunMaker(site.Services.GetRequiredService<Storage>(), site.Services.GetRequiredService<IDbContextFactory<RilDb>>()).Add();
        Assert.Contains("no draft any more", (await service.UpdateDraft(finished.Id, new NewRun("no", form.Settings, Start: false), Caller.Site))!.Refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/runs/new", "quickstart:Student")]
    [InlineData("/runs/new?preset=grpo", "num_generations")]
    [InlineData("/runs/new?clone=abcdefghjk", "There is no run")]
    public async Task TheForm_IsForMembers(string address, string text)
    {
        Assert.Contains(text, WebUtility.HtmlDecode(await site.Member.GetStringAsync(address)), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await site.Viewer.GetAsync(address)).StatusCode);
    }

    [Fact]
    public async Task AVariation_BringsTheNotesAlong_AndOneOfAnotherVersionSaysWhatCannotBeRead()
    {
        IDbContextFactory<RilDb> databases = site.Services.GetRequiredService<IDbContextFactory<RilDb>>();
        Run run = new RunMaker(site.Services.GetRequiredService<Storage>(), databases).Add();
        await using (RilDb db = await databases.CreateDbContextAsync(TestContext.Current.CancellationToken))
            await db.Runs.Where(r => r.Id == run.Id).ExecuteUpdateAsync(set => set.SetProperty(r => r.Notes, "why it was tried").SetProperty(r => r.Config, """{"seed": 5, "temperatur": 0.7}"""), TestContext.Current.CancellationToken);
        string page = WebUtility.HtmlDecode(await site.Member.GetStringAsync($"/runs/new?clone={run.Id}", TestContext.Current.CancellationToken));
        Assert.Contains("why it was tried", page, StringComparison.Ordinal);
        Assert.Contains("Some settings of 'a run' are of another version", page, StringComparison.Ordinal);
        Assert.Contains("temperatur: 0.7", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARunOverRest_IsCreatedOnceForAKey()
    {
        using HttpRequestMessage first = Request("""{"presets": ["quickstart"], "start": false}""", "key-1"), again = Request("""{"presets": ["quickstart"], "start": false}""", "key-1"), other = Request("""{"presets": ["grpo"], "start": false}""", "key-1");
        JsonObject created = (await (await site.Member.SendAsync(first)).Content.ReadFromJsonAsync<JsonObject>())!;
        HttpResponseMessage repeated = await site.Member.SendAsync(again);
        Assert.Equal((string?)created["id"], (string?)(await repeated.Content.ReadFromJsonAsync<JsonObject>())!["id"]);
        Assert.Equal("true", repeated.Headers.GetValues("Idempotency-Replayed").Single());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await site.Member.SendAsync(other)).StatusCode);

        // Its tag says whether it has changed since.
        HttpResponseMessage got = await site.Member.GetAsync($"/api/v1/runs/{created["id"]}");
        using var same = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/runs/{created["id"]}");
        same.Headers.TryAddWithoutValidation("If-None-Match", got.Headers.ETag!.Tag);
        Assert.Equal(HttpStatusCode.NotModified, (await site.Member.SendAsync(same)).StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await site.Member.PostAsync($"/api/v1/runs/{created["id"]}/actions/pause", null)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await site.Member.GetAsync("/api/v1/runs/zzzzzzzzzz")).StatusCode);
    }

    // A run that has finished, whose stages took so many seconds.
    private static async Task<Run> Worked(OwnSite own, RunConfig config, params (string Stage, double Seconds)[] stages)
    {
        var databases = own.Services.GetRequiredService<IDbContextFactory<RilDb>>();
        Run run = new RunMaker(own.Services.GetRequiredService<Storage>(), databases).Add(config: config);
        string history = StageHistory.Write([.. stages.Select((s, i) => new RunStage(s.Stage, null, i, i, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddSeconds(s.Seconds), new Dictionary<string, double>()))]);
        await using RilDb db = await databases.CreateDbContextAsync();
        await db.Runs.Where(r => r.Id == run.Id).ExecuteUpdateAsync(r => r.SetProperty(x => x.Stages, history));
        return run;
    }

    private static HttpRequestMessage Request(string body, string key)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/runs") { Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", key);
        return request;
    }

    private RunForm Quickstart()
    {
        var form = new RunForm(_configs.Problems);
        form.Load(RunPresets.Get("quickstart").Values);
        return form;
    }
}
