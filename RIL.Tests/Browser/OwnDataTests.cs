using System.Text.Json.Nodes;
using Microsoft.Playwright;
using RIL.Tests.Web;
using RIL.Web.Accounts;
using static Microsoft.Playwright.Assertions;
using static RIL.Tests.Browser.House;

namespace RIL.Tests.Browser;

/// <summary>A member brings questions, a teacher's answers and a student of their own, and trains with all three from the form.</summary>
public sealed class OwnDataTests(ChromiumFixture chromium) : IAsyncLifetime
{
    private const int Questions = 16;

    private readonly TemporaryFolder _files = new();
    private OwnSite _site = null!;

    public async ValueTask InitializeAsync()
    {
        string student = Directory.CreateDirectory(Path.Combine(_files.Path, "models", "house-student")).FullName;
        foreach (string file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Quickstart", "Student"))) File.Copy(file, Path.Combine(student, Path.GetFileName(file)));
        _site = await OwnSite.Start($"Storage:Models={Path.Combine(_files.Path, "models")}");
        using HttpClient member = await SiteFixture.Join(_site.Services, _site.Address, UserRole.Member, "mia");
    }

    public async ValueTask DisposeAsync()
    {
        await _site.DisposeAsync();
        _files.Dispose();
    }

    [Fact]
    public async Task OwnQuestions_AnOwnTeacher_AndAnOwnStudent_AreTrainedWithFromTheForm()
    {
        await using Visit visit = await Visit.As(chromium, _site.Address, "mia", "/datasets");
        IPage page = visit.Page;
        await page.GetByRole(AriaRole.Link, new() { Name = "Upload", Exact = true }).ClickAsync();
        await RefusesBadRows(page);
        string dataset = await BringsQuestions(page);
        string teacher = await BringsATeacher(page, dataset);
        string student = await RegistersAStudent(page);
        string run = await StartsARun(visit, dataset, teacher, student);
        await Expect(page.Locator(".state-finished").First).ToBeVisibleAsync(new() { Timeout = 180_000 });
        await UsedAllThree(visit, run, dataset, teacher, student);
        // What the server refuses, the browser writes down.
        Assert.DoesNotContain(visit.Complaints, c => !c.Contains("422", StringComparison.Ordinal));
    }

    private async Task RefusesBadRows(IPage page)
    {
        string[] rows = [Row(1), "no object", Row(3).Replace("\"answer\"", "\"nothing\"", StringComparison.Ordinal), Row(4), Row(5), Row(6)];
        await Choose(page, Zip(Path.Combine(_files.Path, "bad.zip"), rows, i => i switch { 4 => null, 5 => "no picture"u8.ToArray(), _ => Picture(i) }));
        await page.GetByRole(AriaRole.Button, new() { Name = "Upload", Exact = true }).ClickAsync();
        ILocator problems = page.GetByRole(AriaRole.Region, new() { Name = "Rows that cannot be used" });
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("4 of 6 rows cannot be used");
        ILocator lines = problems.Locator("li");
        await Expect(lines).ToHaveCountAsync(4);
        await Expect(lines.Nth(0)).ToContainTextAsync("row 2: not a JSON object");
        await Expect(lines.Nth(1)).ToContainTextAsync("row 3: answer (or solution) is missing");
        await Expect(lines.Nth(2)).ToContainTextAsync("row 4: ");
        await Expect(lines.Nth(2)).ToContainTextAsync("images/4.png");
        await Expect(lines.Nth(3)).ToContainTextAsync("row 5: picture 'images/5.png'");
        await Expect(problems.GetByRole(AriaRole.Button, new() { Name = "Take the 2 good rows" })).ToBeVisibleAsync();
    }

    private async Task<string> BringsQuestions(IPage page)
    {
        await Choose(page, Zip(Path.Combine(_files.Path, "house questions.zip"), [.. Enumerable.Range(1, Questions).Select(Row)], Picture));
        await Expect(page.GetByLabel("Name", new() { Exact = true })).ToHaveValueAsync("house questions");
        await page.GetByRole(AriaRole.Button, new() { Name = "Upload", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "house questions" })).ToBeVisibleAsync();
        await Expect(page.Locator(".data-row").First).ToContainTextAsync("how many pictures are in house 1 ?");
        await page.WaitForFunctionAsync("() => document.querySelector('.data-pictures img')?.naturalWidth > 0");
        return "dataset:" + LastPart(page);
    }

    private async Task<string> BringsATeacher(IPage page, string dataset)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "More" }).ClickAsync();
        await page.GetByText("Upload a teacher's answers").ClickAsync();
        await Visit.IsAt(page, $"/teachers/upload?dataset={dataset}", end: true);
        string file = Path.Combine(_files.Path, "answers.jsonl");
        await File.WriteAllLinesAsync(file, Answers(Questions));
        await Choose(page, file);
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("house");
        await page.GetByRole(AriaRole.Button, new() { Name = "Upload", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "house", Exact = true })).ToBeVisibleAsync();
        await Expect(page.Locator("main")).ToContainTextAsync(Said(1));
        return "teacher:" + LastPart(page);
    }

    private static async Task<string> RegistersAStudent(IPage page)
    {
        await page.Locator("nav a[href='/models']").ClickAsync();
        await page.GetByRole(AriaRole.Row).Filter(new() { HasText = "house-student" }).GetByRole(AriaRole.Button, new() { Name = "Register" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "house-student" })).ToBeVisibleAsync();
        return "model:" + LastPart(page);
    }

    private static async Task<string> StartsARun(Visit visit, string dataset, string teacher, string student)
    {
        IPage page = visit.Page;
        await visit.Go($"/teachers/{teacher.Split(':')[1]}");
        await page.GetByRole(AriaRole.Link, new() { Name = "New run" }).First.ClickAsync();
        // The teacher's page has brought along whose questions it answers.
        await Expect(page.Locator("#field-dataset")).ToHaveValueAsync(dataset);
        await Expect(page.Locator(".teacher-list li")).ToHaveCountAsync(1);
        await Expect(page.Locator(".teacher-list li")).ToContainTextAsync($"house{Questions} answers");

        ILocator yaml = page.Locator("#yaml");
        await page.Locator("#field-student").SelectOptionAsync(student);
        await Expect(yaml).ToHaveValueAsync(new System.Text.RegularExpressions.Regex($"student: \"?{student}"));
        await page.Locator("#field-eval_dataset").SelectOptionAsync(dataset);
        await Expect(yaml).ToHaveValueAsync(new System.Text.RegularExpressions.Regex($"eval_dataset: \"?{dataset}"));
        foreach ((string key, int value) in ((string, int)[])
            [("sft_steps", 20), ("sft_batch_size", 4), ("sft_warmup_steps", 2), ("max_steps", 4), ("warmup_steps", 1), ("per_device_train_batch_size", 4), ("discriminator_pretrain_steps", 3), ("max_completion_length", 24)])
        {
            await Type(page, key, value);
        }
        await page.FillAsync("#run-name", "all my own");
        await page.PressAsync("#run-name", "Tab");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "all my own" })).ToBeVisibleAsync();
        return LastPart(page);
    }

    // A setting that is seldom changed lies under a heading that has to be opened.
    private static async Task Type(IPage page, string key, int value)
    {
        ILocator field = page.Locator($"#field-{key}");
        if (!await field.IsVisibleAsync()) await page.Locator("details.more").Filter(new() { Has = field }).Locator("summary").ClickAsync();
        await field.FillAsync(value.ToString(System.Globalization.CultureInfo.InvariantCulture));
        await field.PressAsync("Tab");
        await Expect(page.Locator("#yaml")).ToHaveValueAsync(new System.Text.RegularExpressions.Regex($"(?m)^{key}: {value}$"));
    }

    private async Task UsedAllThree(Visit visit, string run, string dataset, string teacher, string student)
    {
        JsonNode config = JsonNode.Parse((await _site.Load(run)).Config)!;
        Assert.Equal([student, dataset, dataset], ((string[])["student", "dataset", "eval_dataset"]).Select(key => (string?)config[key]));
        Assert.Null((string?)config["sft_dataset"]);
        Assert.Equal(teacher, (string?)Assert.Single(config["teachers"]!.AsArray())!["answers"]);

        // The discriminator has judged the teacher's answers, and the page shows them word for word under the questions that were brought.
        await visit.Go($"/runs/{run}");
        string csv = await _site.Client.GetStringAsync($"/api/v1/runs/{run}/metrics.csv");
        Assert.Contains("teacher/house/rewards/similarity/mean", csv, StringComparison.Ordinal);
        Assert.DoesNotContain("teacher/A/", csv, StringComparison.Ordinal);
        await visit.Go($"/runs/{run}?tab=completions");
        ILocator groups = visit.Page.Locator("article.completion");
        await Expect(groups.First).ToBeVisibleAsync();
        foreach (ILocator group in await groups.AllAsync())
        {
            string question = await group.Locator(".completion-question strong").First.InnerTextAsync();
            int house = int.Parse(question.Split(' ')[^2], System.Globalization.CultureInfo.InvariantCulture);
            Assert.Equal($"how many pictures are in house {house} ?", question);
            await Expect(group.Locator(".completion-question")).ToContainTextAsync($"right answer: {Right}");
            ILocator said = group.Locator("tr.of-teacher");
            await Expect(said.First).ToContainTextAsync("teacher house");
            foreach (string text in await said.Locator(".said").AllInnerTextsAsync()) Assert.StartsWith(Said(house), text, StringComparison.Ordinal);
        }
        await visit.Page.WaitForFunctionAsync("() => [...document.querySelectorAll('.completion-picture img')].some(i => i.naturalWidth > 0)");
    }

    // The page has taken up the file once it shows its name.
    private static async Task Choose(IPage page, string file)
    {
        await page.Locator("input[type=file]").SetInputFilesAsync(file);
        await Expect(page.Locator(".upload-chosen")).ToContainTextAsync(Path.GetFileName(file));
    }

    private static string LastPart(IPage page) => new Uri(page.Url).Segments[^1];
}
