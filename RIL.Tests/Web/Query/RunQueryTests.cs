using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RIL.Training;
using RIL.Training.Configuration;
using RIL.Web.Data;
using RIL.Web.Runs;
using RIL.Web.Runs.Metrics;
using RIL.Web.Runs.Query;

namespace RIL.Tests.Web.Query;

/// <summary>The filter language, through the service that pages and REST ask. The runs of these tests have a tag of their own: others make runs at the same time.</summary>
public sealed class RunQueryTests(SiteFixture site)
{
    private readonly string _tag = "q" + Identifier.Create();
    private readonly RunQuery _query = site.Services.GetRequiredService<RunQuery>();

    [Theory]
    [InlineData("", "a b c")]
    [InlineData("state = finished", "a c")]
    [InlineData("state in (finished, failed)", "a b c")]
    [InlineData("state = archived", "d")]
    [InlineData("not state = finished", "b d")]
    [InlineData("metrics.reward > 1.2", "a c")]
    [InlineData("metrics.reward.min < 0.2", "a")]
    [InlineData("metrics.reward.max >= 3", "c")]
    [InlineData("metrics.eval/accuracy > 0", "")]
    [InlineData("config.learning_rate < 1e-5", "b")]
    [InlineData("config.learning_rate < 1e-5 or metrics.reward.max >= 3", "b c")]
    [InlineData("(name = a or name = b) and not state = failed", "a")]
    [InlineData("name ~ B", "b")]
    [InlineData("created > -7d", "a")]
    [InlineData("created < \"2026-01-02\"", "b c")]
    [InlineData("config.seed in (2, 3)", "b c")]
    [InlineData("config.freeze_vision_tower = true", "a b c")]
    public void AFilter_FindsTheseRuns(string filter, string expected)
    {
        Make();
        string[] found = [.. _query.Page(filter.Length == 0 ? $"tag = {_tag}" : $"tag = {_tag} and ({filter})", "name", [], 0, 100, "mia").Rows.Select(r => r.Name)];
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), found);
    }

    [Theory]
    [InlineData("state = asleep", "'asleep' at 9 is no state")]
    [InlineData("metrics.reward > high", "'high' at 18 is no number")]
    [InlineData("name =", "ends where")]
    [InlineData("(state = failed", "ends where")]
    [InlineData("created > yesterday", "is no time")]
    [InlineData("colour = red", "colour")]
    [InlineData("name = \"open", "")]
    [InlineData("name ~", "ends where")]
    [InlineData("tag !~", "ends where")]
    [InlineData("name ~ )", "expected a value")]
    [InlineData("state in (", "ends where")]
    public async Task AFilterThatCannotBeRead_IsRefusedWithWhatAndWhere(string filter, string expected)
    {
        Assert.Contains(expected, Assert.ThrowsAny<InputException>(() => _query.Page(filter, null, [], 0, 10, null)).Message, StringComparison.Ordinal);
        using HttpResponseMessage answer = await site.Viewer.GetAsync($"/api/v1/runs?filter={Uri.EscapeDataString(filter)}");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains(expected, (string?)(await answer.Content.ReadFromJsonAsync<JsonObject>())!["detail"], StringComparison.Ordinal);
    }

    public static TheoryData<string, string> TooMuch => new()
    {
        { string.Join(' ', Enumerable.Repeat("a", 201)), "one condition more than 200" },
        { string.Join(" or ", Enumerable.Repeat("a", 201)), "one condition more than 200" },
        { new string('(', 51) + "a" + new string(')', 51), "more than 50 brackets" },
        { string.Concat(Enumerable.Repeat("not ", 51)) + "a", "more than 50 brackets" },
        { new string('a', 2001), "2001 characters" },
        { new string('(', 1_000_000), "1000000 characters" },
    };

    [Theory]
    [MemberData(nameof(TooMuch))]
    public void AFilterThatNobodyWrites_IsRefused(string filter, string expected) =>
        Assert.Contains(expected, Assert.Throws<FilterException>(() => _query.Page(filter, null, [], 0, 10, null)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task TooManyConditions_AreRefusedOverRest()
    {
        using HttpResponseMessage answer = await site.Viewer.GetAsync($"/api/v1/runs?filter={string.Join('+', Enumerable.Repeat("a", 999))}");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
    }

    public static TheoryData<string> Largest =>
    [
        string.Join(" or ", Enumerable.Repeat("a", 200)),
        string.Concat(Enumerable.Repeat("not (", 25)) + string.Join(' ', Enumerable.Repeat("id!~b", 200)) + new string(')', 25),
    ];

    [Theory]
    [MemberData(nameof(Largest))]
    public void TheLargestFiltersThatAreTaken_TheDatabaseTakesToo(string filter) =>
        Assert.InRange(_query.Page(filter, null, [], 0, 10, null).Total, 0, int.MaxValue);

    [Theory]
    [InlineData("config.a\\")]
    [InlineData("config.")]
    [InlineData("config.a\"b")]
    [InlineData("metrics.")]
    [InlineData("-")]
    public async Task AnOrderThatNamesNothing_IsNoFault(string sort)
    {
        using HttpResponseMessage answer = await site.Viewer.GetAsync($"/api/v1/runs?sort={Uri.EscapeDataString(sort)}");
        Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.UnprocessableEntity, $"{answer.StatusCode}");
    }

    [Fact]
    public void WhatAPersonTypes_NeverBecomesSql()
    {
        Make();
        foreach (string bad in (string[])["'; DROP TABLE Runs; --", "name = \"x' OR '1'='1\"", "config.a\"b' = 1", "metrics.x') OR 1=1 -- > 0"])
        {
            try
            {
                Assert.Empty(_query.Page($"tag = {_tag} and {bad}", null, [], 0, 10, null).Rows);
            }
            catch (InputException)
            {
                // Refused is as good.
            }
        }
        Assert.Equal(3, _query.Page($"tag = {_tag}", null, [], 0, 10, null).Total);
    }

    [Fact]
    public void Columns_CarrySettingsAndMetrics_AndSortPutsWhatIsMissingLast()
    {
        Make();
        RunPage page = _query.Page($"tag = {_tag}", "-metrics.reward.max", ["config.seed", "metrics.reward", "metrics.reward.min"], 0, 100, null);
        Assert.Equal(["c", "a", "b"], page.Rows.Select(r => r.Name));
        Assert.Equal(2.5, page.Rows[0].Values["metrics.reward"]);
        Assert.Equal(0.1, page.Rows[1].Values["metrics.reward.min"]);
        Assert.Equal(2d, page.Rows[2].Values["config.seed"]);
        Assert.False(page.Rows[2].Values.ContainsKey("metrics.reward"));
    }

    [Fact]
    public async Task TheListOverRest_ComesInPages_AndAsCsv()
    {
        Make();
        JsonObject first = (await site.Viewer.GetFromJsonAsync<JsonObject>($"/api/v1/runs?filter=tag={_tag}&sort=name&limit=2"))!;
        Assert.Equal(["a", "b"], first["runs"]!.AsArray().Select(r => (string)r!["name"]!));
        Assert.Equal(3, (int)first["total"]!);
        JsonObject second = (await site.Viewer.GetFromJsonAsync<JsonObject>($"/api/v1/runs?filter=tag={_tag}&sort=name&limit=2&offset={first["next_offset"]}"))!;
        Assert.Equal("c", (string?)Assert.Single(second["runs"]!.AsArray())!["name"]);
        Assert.Null(second["next_offset"]);

        string[] lines = (await site.Viewer.GetStringAsync($"/api/v1/runs/export.csv?filter=tag={_tag}&sort=name&columns=metrics.reward")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, lines.Length);
        Assert.EndsWith(",metrics.reward", lines[0].TrimEnd(), StringComparison.Ordinal);
        Assert.EndsWith(",1.5", lines[1].TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheExport_HasEveryRunOnce_HoweverManyThereAre_AndWhateverIsCreatedMeanwhile()
    {
        string filter = $"state = archived and tag = {_tag}";
        RunConfig config = new() { Dataset = "quickstart:rl" };
        using (RilDb db = site.Services.GetRequiredService<IDbContextFactory<RilDb>>().CreateDbContext())
        {
            for (int i = 0; i < 1003; i++)
            {
                var run = new Run { Id = Identifier.Create(), Name = $"run {i:0000}", State = RunState.Archived, CreatedAt = DateTimeOffset.UnixEpoch.AddSeconds(i), Config = "{}" };
                run.Tags.Add(new RunTag { RunId = run.Id, Tag = _tag });
                db.Add(run);
            }
            db.SaveChanges();
        }
        IReadOnlyList<string> asked = _query.Ids(filter, null, null);
        Add("run newer", RunState.Archived, DateTimeOffset.UtcNow, config, null);
        string[] read = [.. asked.Chunk(100).SelectMany(part => _query.Rows(part, ["metrics.reward"])).Select(r => r.Name)];
        Assert.Equal(Enumerable.Range(0, 1003).Reverse().Select(i => $"run {i:0000}"), read);

        string[] lines = (await site.Viewer.GetStringAsync($"/api/v1/runs/export.csv?filter={Uri.EscapeDataString(filter)}")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal([.. read.Append("run newer").Order()], lines[1..].Select(l => l.Split(',')[1]).Order());
    }

    private void Make()
    {
        Add("a", RunState.Finished, DateTimeOffset.UtcNow, new RunConfig { Dataset = "quickstart:rl", Seed = 1, LearningRate = 2e-5 }, (0.1, 1.5, 2));
        Add("b", RunState.Failed, new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), new RunConfig { Dataset = "quickstart:rl", Seed = 2, LearningRate = 1e-6 }, null);
        Add("c", RunState.Finished, new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), new RunConfig { Dataset = "quickstart:rl", Seed = 3, LearningRate = 2e-5 }, (1, 2.5, 3));
        Add("d", RunState.Archived, new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero), new RunConfig { Dataset = "quickstart:rl", Seed = 4, LearningRate = 2e-5 }, null);
    }

    private void Add(string name, RunState state, DateTimeOffset created, RunConfig config, (double Min, double Last, double Max)? reward)
    {
        using RilDb db = site.Services.GetRequiredService<IDbContextFactory<RilDb>>().CreateDbContext();
        var run = new Run { Id = Identifier.Create(), Name = name, State = state, CreatedAt = created, Config = RunConfigDocument.Write(config).ToJsonString() };
        run.Tags.Add(new RunTag { RunId = run.Id, Tag = _tag });
        db.Add(run);
        if (reward is var (min, last, max)) db.Add(new MetricSummary { RunId = run.Id, Name = "reward", Last = last, Min = min, Max = max });
        db.SaveChanges();
    }
}
