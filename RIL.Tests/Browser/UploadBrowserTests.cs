using System.Text.Json;
using Microsoft.Playwright;
using RIL.Tests.Web;
using static Microsoft.Playwright.Assertions;

namespace RIL.Tests.Browser;

/// <summary>The end of an upload reaches the page, however much there is to say and wherever the page's connection is at that moment.</summary>
public sealed class UploadBrowserTests(ChromiumFixture chromium, SiteFixture site) : IDisposable
{
    private readonly TemporaryFolder _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task ManyRowsWithLongReasons_AreAllNamed()
    {
        await using Visit visit = await Visit.As(chromium, site.Address, "mia", "/datasets/upload");
        string far = string.Concat(Enumerable.Repeat("照片", 30)); // six signs each in the answer over REST
        await Upload(visit.Page, "bad.jsonl", Enumerable.Range(1, 250).Select(i => Row(i, $"{far}{i}.png")));
        await Expect(visit.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("None of the 250 rows can be used");
        ILocator lines = visit.Page.Locator(".problem-list li");
        await Expect(lines).ToHaveCountAsync(201);
        await Expect(lines.Nth(199)).ToContainTextAsync($"{far}200.png");
        await Expect(lines.Nth(200)).ToHaveTextAsync("and 50 more");
        await Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "Upload", Exact = true })).ToBeEnabledAsync();
        Assert.DoesNotContain(visit.Complaints, c => !c.Contains("422", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AnUploadThatEndsWhileTheConnectionIsAway_IsToldWhenItIsBack()
    {
        await using Visit visit = await Visit.As(chromium, site.Address, "mia", "/datasets/upload");
        IPage page = visit.Page;
        TaskCompletionSource sent = new(), away = new();
        await page.RouteAsync("**/api/v1/datasets?*", async route => { sent.SetResult(); await away.Task; await route.ContinueAsync(); });
        await Upload(page, "while away.jsonl", [Row(1, null)]);
        await sent.Task;
        await page.RouteAsync("**/_blazor/negotiate*", route => route.AbortAsync());
        await page.EvaluateAsync("() => Blazor._internal.forceCloseConnection()");
        await Expect(page.GetByText("No connection to the site")).ToBeVisibleAsync();
        IResponse answer = await page.RunAndWaitForResponseAsync(() => { away.SetResult(); return Task.CompletedTask; }, "**/api/v1/datasets?*");
        Assert.Equal(201, answer.Status);
        await answer.FinishedAsync();
        await page.EvaluateAsync("() => new Promise(done => setTimeout(done))"); // whoever waits for the request has heard of its end
        await page.UnrouteAsync("**/_blazor/negotiate*");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "while away" })).ToBeVisibleAsync(new() { Timeout = 30_000 });
    }

    private async Task Upload(IPage page, string name, IEnumerable<string> rows)
    {
        string file = Path.Combine(_files.Path, name);
        await File.WriteAllLinesAsync(file, rows, TestContext.Current.CancellationToken);
        await page.Locator("input[type=file]").SetInputFilesAsync(file);
        await Expect(page.Locator(".upload-chosen")).ToContainTextAsync(name);
        await page.GetByRole(AriaRole.Button, new() { Name = "Upload", Exact = true }).ClickAsync();
    }

    private static string Row(int i, string? picture) => picture is null
        ? JsonSerializer.Serialize(new { prompt = $"how many are {i} ?", answer = "4" })
        : JsonSerializer.Serialize(new { prompt = $"<image> how many are {i} ?", images = new[] { picture }, answer = "4" });
}
