using System.IO.Compression;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using RIL.Web.Accounts;

namespace RIL.Tests.Web.Rest;

/// <summary>What the README tells scripts to do, done: it must fail where the README and the site drift apart.</summary>
public sealed class ReadmeTests
{
    [Fact]
    public async Task TheReadmesCommands_DriveTheQuickstart_FromStartToEnd()
    {
        await using OwnSite site = await OwnSite.Start("Runs:Slots=2");
        using var folder = new TemporaryFolder();
        IReadOnlyList<string> blocks = ReadmeShell.Blocks();
        Assert.Equal(2, blocks.Count);
        IReadOnlyList<string> first = ReadmeShell.Commands(blocks[0]), second = ReadmeShell.Commands(blocks[1]);
        var shell = new ReadmeShell(site.Address, await Token(site), folder.Path);

        // Both blocks in one shell, as the second builds on the address of the first.
        Output said = new([.. first.Concat(second).Skip(1)], await shell.Run([.. first, .. second]));

        Assert.Equal("", said.Of("first"));
        string news = said.Of("/events -H");
        Assert.Contains("event: metrics\n", news, StringComparison.Ordinal);
        Assert.Contains("event: end\n", news, StringComparison.Ordinal);
        string[] state = said.Of(".state, .summary").Split('\n', 2);
        Assert.Equal("\"finished\"", state[0]);
        Assert.NotEmpty(JsonNode.Parse(state[1])!.AsObject());
        Assert.Contains("\"name\": \"rewards/similarity/mean\"", said.Of(".metrics[]"), StringComparison.Ordinal);
        JsonArray values = JsonNode.Parse(said.Of("[.steps, .values]"))!.AsArray();
        Assert.Equal(6, values[0]!.AsArray().Count);
        Assert.Equal(6, values[1]!.AsArray().Count);
        string[] csv = await File.ReadAllLinesAsync(Path.Combine(folder.Path, "metrics.csv"), TestContext.Current.CancellationToken);
        Assert.Equal("metric,step,time,tokens,value", csv[0]);
        JsonNode question = JsonNode.Parse(said.Of(".groups[0]"))!;
        Assert.Contains(question["outputs"]!.AsArray(), o => (string?)o!["source"] == "student" && o["advantage"] is not null);
        Assert.Contains(question["outputs"]!.AsArray(), o => (string?)o!["source"] != "student");
        string[] checkpoints = said.Of("{name, bytes, sha256}").Split('\n');
        Assert.Equal("student", (string?)JsonNode.Parse(checkpoints[0])!["name"]);
        Assert.All(checkpoints.Skip(1), c => Assert.Equal(64, ((string?)JsonNode.Parse(c)!["sha256"])?.Length));
        using (ZipArchive student = ZipFile.OpenRead(Path.Combine(folder.Path, "student.zip")))
            Assert.Contains(student.Entries, e => e.Name == "model.safetensors");
        JsonNode found = JsonNode.Parse(said.Of("filter="))!;
        Assert.Equal("answer counts double", (string?)found["name"]);
        Assert.NotNull(found["values"]!["metrics.eval/accuracy"]);

        Assert.Contains(said.Of("act pause"), (string[])["pausing", "paused"]);
        Assert.Equal("queued", said.Of("act resume"));
        Assert.Equal("stopping", said.Of("act stop"));
        Assert.Equal("deleted", said.Of("-X DELETE"));
    }

    private static async Task<string> Token(OwnSite site)
    {
        Person owner = (await site.Services.GetRequiredService<PeopleService>().List()).First(p => p.Role == UserRole.Administrator);
        return (await site.Services.GetRequiredService<TokenService>().Create(new Caller(owner.Id, owner.Name, owner.Role), "script", TokenScope.Write, TimeSpan.FromHours(1))).Text;
    }

    private sealed class Output(IReadOnlyList<string> commands, IReadOnlyList<string> said)
    {
        public string Of(string word) => said[Enumerable.Range(0, commands.Count).Single(i => commands[i].Contains(word, StringComparison.Ordinal) && !commands[i].Contains("() {", StringComparison.Ordinal))];
    }
}
