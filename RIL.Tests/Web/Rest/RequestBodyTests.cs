using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RIL.Tests.Web.Runs;
using RIL.Web.Data;
using RIL.Web.Runs;

namespace RIL.Tests.Web.Rest;

/// <summary>What a request says is done, and what it misspells is refused by name: a mistyped key never changes or removes something else.</summary>
public sealed class RequestBodyTests(SiteFixture site)
{
    private readonly RunMaker _maker = new(site.Services.GetRequiredService<Storage>(), site.Services.GetRequiredService<IDbContextFactory<RilDb>>());

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("POST", "runs", """{"preset": ["quickstart"]}""", "unknown key 'preset'", "'presets' is the nearest")]
    [InlineData("PATCH", "runs/abcdefghjk", """{"nmae": "x"}""", "unknown key 'nmae'", "'name' is the nearest")]
    [InlineData("PATCH", "datasets/abcdefghjk", """{"note": "x"}""", "unknown key 'note'", "'notes' is the nearest")]
    [InlineData("PATCH", "teachers/abcdefghjk", """{"Naem": "x"}""", "unknown key 'Naem'", "'name' is the nearest")]
    [InlineData("POST", "models", """{"folder": "x", "nam": "y"}""", "unknown key 'nam'", "'name' is the nearest")]
    [InlineData("PUT", "queue/abcdefghjk", """{"prioritty": 1}""", "unknown key 'prioritty'", "'priority' is the nearest")]
    [InlineData("PUT", "system/slots", """{"slots": 1, "slot": 2}""", "unknown key 'slot'", "'slots' is the nearest")]
    [InlineData("POST", "system/trash/purge", """{"run": ["abc"]}""", "unknown key 'run'", "'runs' is the nearest")]
    [InlineData("PATCH", "runs/abcdefghjk", """{"name": "x", "name": "y"}""", "not the JSON that is expected", "")]
    [InlineData("PATCH", "runs/abcdefghjk", """{"name": 5}""", "not the JSON that is expected (at $.name", "")]
    [InlineData("PATCH", "runs/abcdefghjk", """{"name": """, "not the JSON that is expected", "")]
    public async Task AKeyThatIsNone_IsRefusedByName(string method, string path, string body, string expected, string alsoExpected)
    {
        (HttpStatusCode status, JsonObject problem) = await Send(method, path, body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(expected, (string?)problem["detail"], StringComparison.Ordinal);
        Assert.Contains(alsoExpected, (string?)problem["detail"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"runs": null}""")]
    [InlineData("""{"all": false}""")]
    [InlineData("""{"runs": [], "all": true}""")]
    public async Task APurge_ThatNamesNothing_RemovesNothing(string body)
    {
        Run run = _maker.Add(RunState.Deleted);
        (HttpStatusCode status, JsonObject problem) = await Send("POST", "system/trash/purge", body);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Contains("\"all\": true", (string?)problem["detail"], StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await site.Viewer.GetAsync($"/api/v1/runs/{run.Id}", Cancellation)).StatusCode);
    }

    [Fact]
    public async Task APurgeOfAll_EmptiesTheTrash()
    {
        await using OwnSite own = await OwnSite.Start();
        var maker = new RunMaker(own.Services.GetRequiredService<Storage>(), own.Services.GetRequiredService<IDbContextFactory<RilDb>>());
        Run kept = maker.Add(), gone = maker.Add(RunState.Deleted);
        (HttpStatusCode status, JsonObject result) = await Send(own.Client, "POST", "system/trash/purge", """{"all": true}""");
        Assert.Equal((HttpStatusCode.OK, 1), (status, (int)result["runs"]!));
        Assert.Equal(HttpStatusCode.OK, (await own.Client.GetAsync($"/api/v1/runs/{kept.Id}", Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await own.Client.GetAsync($"/api/v1/runs/{gone.Id}", Cancellation)).StatusCode);
    }

    [Fact]
    public async Task AChangeOfARun_TakesWhatIsGiven_AndLeavesTheRest()
    {
        Run run = _maker.Add();
        (HttpStatusCode status, JsonObject changed) = await Send("PATCH", $"runs/{run.Id}", """{"notes": "second try", "tags": ["b", " a ", "A", "", null]}""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(("a run", "second try"), ((string)changed["name"]!, (string)changed["notes"]!));
        Assert.Equal(["a", "b"], changed["tags"]!.AsArray().Select(t => (string)t!));

        (_, changed) = await Send("PATCH", $"runs/{run.Id}", """{"name": " other ", "notes": null, "tags": null}""");
        Assert.Equal(("other", "second try", 2), ((string)changed["name"]!, (string)changed["notes"]!, changed["tags"]!.AsArray().Count));
        Assert.Equal(HttpStatusCode.NotFound, (await Send("PATCH", "runs/abcdefghjk", """{"name": "x"}""")).Status);
    }

    [Fact]
    public async Task WhatIsLongerThanCanBeKept_IsRefused_AndNothingOfItIsCut()
    {
        Run run = _maker.Add();
        string name = new('n', 200), notes = new('o', 5000), tag = new('t', 60);
        (HttpStatusCode status, JsonObject changed) = await Send("PATCH", $"runs/{run.Id}", $$"""{"name": "{{name}}", "notes": " {{notes}} ", "tags": ["{{tag}}"]}""");
        Assert.Equal((HttpStatusCode.OK, name, notes, tag), (status, (string)changed["name"]!, (string)changed["notes"]!, (string)changed["tags"]![0]!));
        string many = string.Join(',', Enumerable.Range(0, 31).Select(i => $"\"{i}\""));
        foreach ((string body, string sentence) in ((string, string)[])[
            ($$"""{"name": "{{name}}n"}""", "name: it has 201 characters; expected at most 200."), ($$"""{"notes": "{{notes}}o"}""", "notes: it has 5001 characters; expected at most 5000."),
            ($$"""{"tags": ["{{tag}}t"]}""", "has 61 characters; expected at most 60."), ($$"""{"tags": [{{many}}]}""", "there would be 31; a run has at most 30.")])
        {
            (status, JsonObject problem) = await Send("PATCH", $"runs/{run.Id}", body);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
            Assert.Contains(sentence, (string)problem["detail"]!, StringComparison.Ordinal);
            (status, problem) = await Send("POST", "runs", body.Replace("{", """{"presets": ["quickstart"], "start": false, """, StringComparison.Ordinal));
            Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
            Assert.Contains(sentence, (string)problem["detail"]!, StringComparison.Ordinal);
        }
        (_, changed) = await Send("PATCH", $"runs/{run.Id}", """{"notes": ""}""");
        Assert.Equal((name, null), ((string)changed["name"]!, (string?)changed["notes"]));
    }

    [Fact]
    public async Task ANewRun_WithATagThatIsNull_IsMadeWithoutIt()
    {
        (HttpStatusCode status, JsonObject made) = await Send("POST", "runs", """{"presets": ["quickstart"], "tags": [null, "x"], "start": false}""");
        Assert.Equal(HttpStatusCode.Created, status);
        Assert.Equal("x", (string?)Assert.Single(made["tags"]!.AsArray()));
    }

    [Fact]
    public async Task AChange_IsMadeOnlyToTheVersionThatWasRead()
    {
        Run run = _maker.Add(RunState.Running);
        using HttpResponseMessage read = await site.Member.GetAsync($"/api/v1/runs/{run.Id}", Cancellation);
        string tag = read.Headers.ETag!.ToString();
        // What the trainer does meanwhile is no change of what people say about the run.
        await using (RilDb db = await site.Services.GetRequiredService<IDbContextFactory<RilDb>>().CreateDbContextAsync(Cancellation))
            await db.Runs.Where(r => r.Id == run.Id).ExecuteUpdateAsync(r => r.SetProperty(x => x.LastEvent, 7), Cancellation);

        Assert.Equal(HttpStatusCode.OK, (await Send("PATCH", $"runs/{run.Id}", """{"name": "mine"}""", tag)).Status);
        (HttpStatusCode status, JsonObject problem) = await Send("PATCH", $"runs/{run.Id}", """{"name": "theirs"}""", tag);
        Assert.Equal(HttpStatusCode.PreconditionFailed, status);
        Assert.Contains("changed since", (string?)problem["detail"], StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await Send("PATCH", $"runs/{run.Id}", """{"name": "theirs"}""", "\"0\"")).Status);
        Assert.Equal("mine", (await site.Services.GetRequiredService<RunService>().Find(run.Id))!.Name);
        Assert.Equal(HttpStatusCode.OK, (await Send("PATCH", $"runs/{run.Id}", """{"name": "theirs"}""", "\"1\"")).Status);
        Assert.Equal(HttpStatusCode.OK, (await Send("PATCH", $"runs/{run.Id}", """{"name": "whoever"}""", "*")).Status);
    }

    [Fact]
    public async Task ARepeatedCreation_GivesItsRun_EvenWhereTheParentIsGone()
    {
        Run parent = _maker.Add(RunState.Deleted);
        string body = $$"""{"presets": ["quickstart"], "parent_id": "{{parent.Id}}", "start": false}""", key = "child of " + parent.Id;
        (HttpStatusCode first, JsonObject made) = await Send("POST", "runs", body, key: key);
        Assert.Equal(HttpStatusCode.Created, first);
        Assert.Equal(HttpStatusCode.OK, (await Send("POST", "system/trash/purge", $$"""{"runs": ["{{parent.Id}}", null]}""")).Status);

        (HttpStatusCode again, JsonObject repeated) = await Send("POST", "runs", body, key: key);
        Assert.Equal((HttpStatusCode.Created, (string?)made["id"]), (again, (string?)repeated["id"]));
        Assert.Contains("parent_id", (string?)(await Send("POST", "runs", body)).Body["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task AKey_IsForgottenAfterAWeek()
    {
        IDbContextFactory<RilDb> databases = site.Services.GetRequiredService<IDbContextFactory<RilDb>>();
        string old = "old " + Identifier.Create();
        await using (RilDb db = await databases.CreateDbContextAsync(Cancellation))
        {
            db.Add(new IdempotentRequest { UserId = "somebody", Key = old, BodyHash = "", RunId = "abcdefghjk", CreatedAt = DateTimeOffset.UtcNow.AddDays(-8) });
            await db.SaveChangesAsync(Cancellation);
        }
        string key = "new " + Identifier.Create();
        await Send("POST", "runs", """{"presets": ["quickstart"], "start": false}""", key: key);
        await using RilDb after = await databases.CreateDbContextAsync(Cancellation);
        Assert.Equal([key], await after.IdempotentRequests.Where(r => r.Key == key || r.Key == old).Select(r => r.Key).ToArrayAsync(Cancellation));
    }

    private Task<(HttpStatusCode Status, JsonObject Body)> Send(string method, string path, string body, string? condition = null, string? key = null) => Send(site.Administrator, method, path, body, condition, key);

    private static async Task<(HttpStatusCode Status, JsonObject Body)> Send(HttpClient client, string method, string path, string body, string? condition = null, string? key = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/v1/{path}") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (condition is not null) request.Headers.Add("If-Match", condition);
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        using HttpResponseMessage answer = await client.SendAsync(request, Cancellation);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancellation))!.AsObject());
    }
}
