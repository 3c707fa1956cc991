using Microsoft.Playwright;

namespace RIL.Tests.Bench;

/// <summary>Pages in a real browser, timed by the browser's own clock.</summary>
internal static class BenchPages
{
    /// <summary>Opens an address in a page of its own; milliseconds from the beginning of the navigation to the first frame painted after a condition holds.</summary>
    public static async Task<double> Open(IBrowserContext window, string address, string condition)
    {
        IPage page = await window.NewPageAsync();
        await page.AddInitScriptAsync(
            $$"""
            window.seenAt = null;
            (function look() { if ({{condition}}) requestAnimationFrame(() => setTimeout(() => { window.seenAt = performance.now(); })); else requestAnimationFrame(look); })();
            """);
        await page.GotoAsync(address, new PageGotoOptions { WaitUntil = WaitUntilState.Commit });
        double at = await page.EvaluateAsync<double>("async () => { for (const end = Date.now() + 60000; Date.now() < end && window.seenAt === null;) await new Promise(next => setTimeout(next, 20)); return window.seenAt ?? -1; }");
        await page.CloseAsync();
        Assert.True(at >= 0, $"{address}: {condition} did not come true within a minute.");
        return at;
    }
}
