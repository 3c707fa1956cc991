using System.Text;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace RIL.Tests.Browser;

/// <summary>Looks at pages as eyes and axe do: nothing serious for axe, nothing wider than the window, nothing on the console; a picture of the whole page goes to a folder below artifacts.</summary>
internal sealed class Look
{
    // Nothing is on its way any more: the connection, words and pictures to come, charts in view; and nothing was added or taken away for a moment, as a page may be empty before it is filled.
    private const string Settled = """
        () => {
          const seen = e => { const at = e.getBoundingClientRect(); return document.elementFromPoint(at.x + at.width / 2, at.y + at.height / 2) === e; };
          const still = document.readyState === 'complete' && (!document.querySelector('.frame') || document.querySelector('.frame[data-live=true]')) && !document.querySelector('.skeleton')
            && [...document.images].every(i => i.complete || i.loading === 'lazy' && !seen(i))
            && [...document.querySelectorAll('metric-chart')].every(c => c.plot || c.querySelector('.chart-note') || c.getBoundingClientRect().top > innerHeight + 300);
          const parts = document.getElementsByTagName('*').length;
          if (!still || window.lookedAt?.parts !== parts) window.lookedAt = { parts, since: performance.now() };
          return still && performance.now() - window.lookedAt.since > 250;
        }
        """;

    private const int Tallest = 15_000;

    private readonly string _folder;
    private readonly StringBuilder _complaints = new();

    /// <summary>An empty folder of that name, for pictures of this time alone.</summary>
    public Look(string folder)
    {
        _folder = Path.Combine(Web.SiteFixture.Root(), "artifacts", folder);
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
        Directory.CreateDirectory(_folder);
    }

    /// <summary>Everything that was found, a line each.</summary>
    public string Complaints
    {
        get
        {
            lock (_complaints) return _complaints.ToString();
        }
    }

    /// <summary>Hears what the browser complains about on a page from now on.</summary>
    public void Listen(IPage page)
    {
        // What a server refuses, tests ask for on purpose.
        page.Console += (_, message) =>
        {
            if (message.Type == "error" && !new[] { "403", "404", "422" }.Any(code => message.Text.Contains($"status of {code}", StringComparison.Ordinal))) Complain($"{page.Url}: console: {message.Text}");
        };
        page.PageError += (_, error) => Complain($"{page.Url}: {error}");
    }

    /// <summary>Looks at a page as it is now, in full height.</summary>
    /// <param name="page">The page.</param>
    /// <param name="name">Name of the picture.</param>
    /// <param name="foreign">Whether others wrote it: then axe is not asked.</param>
    public async Task At(IPage page, string name, bool foreign = false)
    {
        await Settle(page, name);
        (int width, int height) = (page.ViewportSize!.Width, page.ViewportSize.Height);
        // What waits until it comes into view comes into view, and may make the page longer.
        for (int tall = height; Math.Min(Tallest, await page.EvaluateAsync<int>("() => document.documentElement.scrollHeight")) is var whole && whole > tall; tall = whole)
        {
            await page.SetViewportSizeAsync(width, whole);
            await Settle(page, name);
        }
        if (!foreign)
        {
            AxeResult found = await page.RunAxe();
            foreach (AxeResultItem violation in found.Violations.Where(v => v.Impact is "serious" or "critical"))
                Complain($"{name}: {violation.Id}: {violation.Help}: {string.Join(" | ", violation.Nodes.Take(3).Select(n => n.Html.Length > 160 ? n.Html[..160] : n.Html))}");
            int wider = await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - window.innerWidth");
            if (wider > 0) Complain($"{name}: {wider} px wider than the window");
        }
        await Picture(page, name);
        await page.SetViewportSizeAsync(width, height);
    }

    private async Task Settle(IPage page, string name)
    {
        try
        {
            await page.WaitForFunctionAsync(Settled);
        }
        catch (TimeoutException)
        {
            await Picture(page, name + "-unsettled");
            Assert.Fail($"{name} does not come to rest: " + await page.EvaluateAsync<string>("() => [document.readyState, document.querySelector('.frame')?.dataset.live, document.querySelector('.skeleton')?.outerHTML, [...document.images].filter(i => !i.complete).map(i => i.src), [...document.querySelectorAll('metric-chart')].filter(c => !c.plot).length, window.lookedAt?.parts].join(' | ')"));
        }
    }

    /// <summary>The picture alone.</summary>
    public Task Picture(IPage page, string name) => page.ScreenshotAsync(new() { Path = Path.Combine(_folder, name + ".png"), FullPage = true });

    private void Complain(string what)
    {
        lock (_complaints) _complaints.AppendLine(what);
    }
}
