using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace RIL.Tests.Web.Rest;

/// <summary>The OpenAPI document says what the site does: clients are generated from it.</summary>
public sealed class DocumentTests(SiteFixture site)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EveryEndpoint_SaysWhatItAnswersWhenAllIsWell()
    {
        JsonObject document = await Document();
        string[] silent = [.. from path in document["paths"]!.AsObject()
                              from operation in path.Value!.AsObject()
                              where !operation.Value!["responses"]!.AsObject().Any(r => r.Key.StartsWith('2'))
                              select $"{operation.Key} {path.Key}"];
        Assert.Empty(silent);
    }

    [Fact]
    public async Task Numbers_AreNumbers_AndNullOnlyWhereTheyMayBeMissing()
    {
        JsonObject schemas = (await Document())["components"]!["schemas"]!.AsObject();
        Assert.Equal("number", (string?)schemas["RunDetails"]!["properties"]!["worked_seconds"]!["type"]);
        Assert.Equal(["null", "number"], schemas["RunDetails"]!["properties"]!["left_seconds"]!["type"]!.AsArray().Select(t => (string)t!).Order());
        Assert.DoesNotContain("\"Infinity\"", schemas.ToJsonString(), StringComparison.Ordinal);
        // A schema that takes everything takes null too, and then null is one of two things.
        Assert.DoesNotContain("{}", schemas.Select(s => s.Value!.ToJsonString()));
    }

    [Theory]
    [InlineData("RunRequest")]
    [InlineData("RunChange")]
    [InlineData("Description")]
    [InlineData("QueuePlace")]
    [InlineData("PurgeRequest")]
    public async Task WhatARequestMayLeaveOut_IsNotRequired(string schema) => Assert.Null((await Document())["components"]!["schemas"]![schema]!["required"]);

    [Fact]
    public async Task EveryBody_SaysThatItTakesNoOtherKeys()
    {
        JsonObject document = await Document();
        string[] bodies = [.. (from path in document["paths"]!.AsObject()
                               from operation in path.Value!.AsObject()
                               let body = operation.Value!["requestBody"]?["content"]?["application/json"]?["schema"]?["$ref"]
                               where body is not null
                               select ((string)body!)["#/components/schemas/".Length..]).Distinct()];
        Assert.True(bodies.Length >= 8, string.Join(", ", bodies));
        Assert.All(bodies, b => Assert.False((bool?)document["components"]!["schemas"]![b]!["additionalProperties"] ?? true, b));
    }

    [Theory]
    [InlineData("slots")]
    [InlineData("trash/days")]
    public async Task ASettingThatIsLeftOut_IsRefusedAndNotTakenForZero(string setting)
    {
        using HttpResponseMessage answer = await site.Administrator.PutAsJsonAsync($"/api/v1/system/{setting}", new JsonObject(), Cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("datasets")]
    [InlineData("teachers?dataset=quickstart:sft")]
    public async Task AFormThatIsNone_IsRefusedWithASentence(string address)
    {
        using var form = new ByteArrayContent(Encoding.ASCII.GetBytes("--b\r\n--b--\r\n"));
        form.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=b");
        using HttpResponseMessage answer = await site.Member.PostAsync($"/api/v1/{address}", form, Cancellation);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.StartsWith("The form cannot be read", (string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancellation))!["detail"], StringComparison.Ordinal);
    }

    private async Task<JsonObject> Document() => JsonNode.Parse(await site.Anonymous.GetStringAsync("/openapi/v1.json", Cancellation))!.AsObject();
}
