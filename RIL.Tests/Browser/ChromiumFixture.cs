using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(RIL.Tests.Browser.ChromiumFixture))]

namespace RIL.Tests.Browser;

/// <summary>A Chromium of this machine, started by the first test that asks for it. On a Debian without one it is installed; elsewhere a sentence says what to do.</summary>
public sealed class ChromiumFixture : IAsyncDisposable
{
    private const string Sentence = "The browser tests need Chromium: install it (Debian: apt-get install chromium; elsewhere Chrome, Chromium or Edge), or name its program in RIL_CHROMIUM.";

    private readonly Lazy<Task<(IPlaywright Playwright, IBrowser Browser)>> _started = new(Start);

    /// <summary>A window of its own, with nothing kept from others.</summary>
    /// <param name="address">The site.</param>
    /// <param name="dark">Whether it asks for dark colours.</param>
    /// <param name="width">Width in pixels.</param>
    public async Task<IBrowserContext> Window(Uri address, bool dark = false, int width = 1440)
    {
        IBrowser browser = (await _started.Value).Browser;
        IBrowserContext window = await browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = address.ToString(),
            ViewportSize = new ViewportSize { Width = width, Height = width < 600 ? 740 : 900 },
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            AcceptDownloads = true,
        });
        string theme = dark ? "dark" : "light";
        await window.AddCookiesAsync([new Cookie { Name = "ril-theme", Value = theme, Url = address.ToString() }]);
        return window;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_started.IsValueCreated) return;
        (IPlaywright playwright, IBrowser browser) = await _started.Value;
        await browser.CloseAsync();
        playwright.Dispose();
    }

    private static async Task<(IPlaywright Playwright, IBrowser Browser)> Start()
    {
        // A busy machine is no fault of the page.
        Assertions.SetDefaultExpectTimeout(30_000);
        string program = Find() ?? MachineProgram.Install("chromium", Sentence, Find);
        IPlaywright playwright = await Playwright.CreateAsync();
        string[] arguments = ["--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
        // Chromium refuses its sandbox to root.
        if (OperatingSystem.IsLinux() && Environment.UserName == "root") arguments = [.. arguments, "--no-sandbox"];
        return (playwright, await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = program, Args = arguments }));
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("RIL_CHROMIUM") is { Length: > 0 } given)
            return File.Exists(given) ? given : throw new InvalidOperationException($"RIL_CHROMIUM names {given}, where there is no file; set it to the browser's program.");
        IEnumerable<string> known =
        [
            @"C:\Program Files\Google\Chrome\Application\chrome.exe", @"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
            "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium",
        ];
        return MachineProgram.Find(["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome.exe", "msedge.exe"]) ?? known.FirstOrDefault(File.Exists);
    }
}
