using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RIL.Tests.Web.Runs;
using RIL.Training.Configuration;
using RIL.Training.Runs;
using RIL.Web.Data;
using RIL.Web.Runs;

namespace RIL.Tests.Web.Rest;

/// <summary>Data sets, teachers and students from upload to deletion over REST, by identifier and by reference alike.</summary>
public sealed class OwnDataRestTests(SiteFixture site)
{
    private readonly RunMaker _maker = new(site.Services.GetRequiredService<Storage>(), site.Services.GetRequiredService<IDbContextFactory<RilDb>>());

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ADatasetAndItsTeacher_AreUploadedReadAndDeleted()
    {
        JsonObject set = await Dataset("one", "two");
        string reference = (string)set["reference"]!;
        Assert.Equal(("dataset:" + set["id"], "mia", 2), (reference, (string)set["owner"]!, (int)set["rows"]!));
        JsonNode rows = await Read($"datasets/{set["id"]}/rows?text=in+two");
        Assert.Equal(("two", "four"), ((string)Assert.Single(rows["rows"]!.AsArray())!["id"]!, (string)rows["rows"]![0]!["answer"]!));
        using (HttpResponseMessage picture = await site.Viewer.GetAsync($"/api/v1/datasets/{set["id"]}/rows/1/images/0", Cancellation))
            Assert.Equal((HttpStatusCode.OK, "image/png"), (picture.StatusCode, picture.Content.Headers.ContentType?.MediaType));
        string[] questions = (await site.Viewer.GetStringAsync($"/api/v1/datasets/{set["id"]}/questions.jsonl", Cancellation)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["one", "two"], questions.Select(q => (string)JsonNode.Parse(q)!["id"]!));

        JsonObject teacher = await Teacher(reference);
        Assert.Equal((2, 0), ((int)teacher["questions"]!, (int)teacher["unanswered"]!));
        JsonNode judged = await Read($"teachers/{teacher["id"]}/rows?judge=exact");
        Assert.Equal([true, false], judged["rows"]!.AsArray().Select(r => (bool)r!["answers"]![0]!["right"]!));

        JsonNode renamed = (await (await site.Member.PatchAsJsonAsync($"/api/v1/datasets/{reference}", new { notes = "small" }, Cancellation)).Content.ReadFromJsonAsync<JsonNode>(Cancellation))!;
        Assert.Equal("small", (string)renamed["notes"]!);

        await Refused($"datasets/{reference}", "has the questions of teacher");
        await Gone($"teachers/{teacher["reference"]}");
        await Gone($"datasets/{reference}");
        Assert.False(Directory.Exists(site.Services.GetRequiredService<Storage>().Dataset((string)set["id"]!)));
    }

    [Fact]
    public async Task WhatARunThatHasNotEndedUses_IsNotDeleted()
    {
        JsonObject set = await Dataset("one");
        JsonObject teacher = await Teacher((string)set["reference"]!);
        JsonObject student = await Student();
        _maker.Add(RunState.Draft, new RunConfig { Student = (string)student["reference"]!, Dataset = (string)set["reference"]!, Teachers = [new("house", (string)teacher["reference"]!)] });
        foreach (string path in (string[])[$"datasets/{set["id"]}", $"teachers/{teacher["id"]}", $"models/{student["id"]}"])
        {
            await Refused(path, "is used by a run that has not ended: 'a run' (draft");
            Assert.Single((await Read(path + "/runs")).AsArray());
        }
    }

    [Fact]
    public async Task AStudent_IsRegisteredRenamedAndTakenOffTheList_AndItsFolderStays()
    {
        JsonObject student = await Student();
        string folder = (string)student["folder"]!;
        using (HttpResponseMessage again = await site.Member.PostAsJsonAsync("/api/v1/models", new { folder }, Cancellation)) Assert.Equal(HttpStatusCode.UnprocessableEntity, again.StatusCode);
        using (HttpResponseMessage climbing = await site.Member.PostAsJsonAsync("/api/v1/models", new { folder = "../runs" }, Cancellation)) Assert.Equal(HttpStatusCode.UnprocessableEntity, climbing.StatusCode);
        using (HttpResponseMessage changed = await site.Member.PatchAsJsonAsync($"/api/v1/models/{student["reference"]}", new { name = "mine" }, Cancellation)) Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.Equal("mine", (string?)(await Read($"models/{student["id"]}"))["model"]!["name"]);
        await Gone($"models/{student["reference"]}");
        Assert.Contains((await Read("models/candidates")).AsArray(), c => (string?)c!["folder"] == folder);
    }

    [Fact]
    public async Task WhatAClientHasAlready_IsNotSentAgain_UntilItChanges()
    {
        JsonObject set = await Dataset("one");
        JsonObject teacher = await Teacher((string)set["reference"]!);
        JsonObject student = await Student();
        Run run = _maker.Add();
        _maker.Keep(run, 1, new CompletionRow("a question", "four", "student", new Dictionary<string, double?> { ["answer"] = 1 }, 0.5, null, 0.1, null));
        _maker.Checkpoint(run, "checkpoint-7");
        foreach ((string path, string patch) in ((string, string)[])[
            ($"datasets/{set["id"]}", $"datasets/{set["id"]}"), ($"teachers/{teacher["id"]}", $"teachers/{teacher["id"]}"), ($"models/{student["id"]}", $"models/{student["id"]}"),
            ($"runs/{run.Id}/completions", ""), ($"runs/{run.Id}/checkpoints", $"runs/{run.Id}/checkpoints/checkpoint-7/keep")])
        {
            EntityTagHeaderValue? tag = await Tag(path, null, HttpStatusCode.OK);
            Assert.NotNull(tag);
            await Tag(path, tag, HttpStatusCode.NotModified);
            if (patch.Length == 0) continue;
            using HttpResponseMessage changed = patch.EndsWith("keep", StringComparison.Ordinal)
                ? await site.Member.PutAsync($"/api/v1/{patch}", null, Cancellation) : await site.Member.PatchAsJsonAsync($"/api/v1/{patch}", new { notes = "other" }, Cancellation);
            Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
            Assert.NotEqual(tag, await Tag(path, tag, HttpStatusCode.OK));
        }
    }

    [Theory]
    [InlineData("datasets/quickstart:rl")]
    [InlineData("teachers/quickstart:A")]
    [InlineData("models/quickstart:Student")]
    public Task WhatComesWithTheProgram_IsNotDeleted(string path) => Refused(path, "comes with the program");

    [Fact]
    public async Task FilesThatAreMissingOnTheServer_AreSaidWithoutThePlaceWhereTheyLay()
    {
        JsonObject set = await Dataset("one");
        JsonObject teacher = await Teacher((string)set["reference"]!);
        Storage storage = site.Services.GetRequiredService<Storage>();
        string answers = storage.TeacherAnswers((string)teacher["id"]!), rows = storage.DatasetRows((string)set["id"]!);
        File.Move(answers, answers + ".away");
        await Unreadable($"teachers/{teacher["id"]}/rows", (string)teacher["reference"]!);
        File.Move(answers + ".away", answers);
        Assert.Equal(1, (int)(await Read($"teachers/{teacher["id"]}/rows"))["total"]!);

        JsonObject other = await Dataset("one");
        File.Delete(storage.DatasetRows((string)other["id"]!));
        await Unreadable($"datasets/{other["id"]}/rows", (string)other["reference"]!);
        Assert.True(File.Exists(rows));
    }

    private async Task Unreadable(string path, string reference)
    {
        using HttpResponseMessage answer = await site.Viewer.GetAsync($"/api/v1/{path}", Cancellation);
        string text = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains(reference, text, StringComparison.Ordinal);
        Assert.DoesNotContain(site.Folder, text, StringComparison.Ordinal);
    }

    private async Task Refused(string path, string expected)
    {
        using HttpResponseMessage answer = await site.Member.DeleteAsync($"/api/v1/{path}", Cancellation);
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Contains(expected, (string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancellation))!["detail"], StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await site.Viewer.GetAsync($"/api/v1/{path}", Cancellation)).StatusCode);
    }

    private async Task Gone(string path)
    {
        Assert.Equal(HttpStatusCode.NoContent, (await site.Member.DeleteAsync($"/api/v1/{path}", Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await site.Viewer.GetAsync($"/api/v1/{path}", Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await site.Member.DeleteAsync($"/api/v1/{path}", Cancellation)).StatusCode);
    }

    private async Task<EntityTagHeaderValue?> Tag(string path, EntityTagHeaderValue? known, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/{path}");
        if (known is not null) request.Headers.IfNoneMatch.Add(known);
        using HttpResponseMessage answer = await site.Viewer.SendAsync(request, Cancellation);
        Assert.True(answer.StatusCode == expected, $"{path}: {answer.StatusCode}");
        return answer.Headers.ETag;
    }

    private async Task<JsonNode> Read(string path) => JsonNode.Parse(await site.Viewer.GetStringAsync($"/api/v1/{path}", Cancellation))!;

    private async Task<JsonObject> Dataset(params string[] ids)
    {
        (HttpStatusCode status, JsonObject made) = await Upload.Send(site.Member, "datasets?name=house", Upload.Rows([.. ids.Select(id => Upload.Row(id))]));
        Assert.True(status == HttpStatusCode.Created, made.ToJsonString());
        return made;
    }

    // Right about the first question, wrong about the second.
    private async Task<JsonObject> Teacher(string dataset)
    {
        string[] ids = [.. (await Read($"datasets/{dataset}/rows"))["rows"]!.AsArray().Select(r => (string)r!["id"]!)];
        string answers = string.Join('\n', ids.Select((id, i) => new JsonObject { ["question"] = id, ["text"] = i == 0 ? "four" : "five" }.ToJsonString()));
        (HttpStatusCode status, JsonObject made) = await Upload.Send(site.Member, $"teachers?name=house&dataset={dataset}", Encoding.UTF8.GetBytes(answers));
        Assert.True(status == HttpStatusCode.Created, made.ToJsonString());
        return made;
    }

    private async Task<JsonObject> Student()
    {
        string name = "student-" + Identifier.Create(), folder = Directory.CreateDirectory(site.Services.GetRequiredService<Storage>().Model(name)).FullName;
        foreach (string file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Quickstart", "Student"))) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        using HttpResponseMessage answer = await site.Member.PostAsJsonAsync("/api/v1/models", new { folder = name }, Cancellation);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonObject>(Cancellation))!;
    }
}
