using MudBlazor;
using RIL.Web.Accounts;
using RIL.Web.Runs;
using RIL.Web.Runs.Pages;

namespace RIL.Web.Palette;

/// <summary>Pages and actions by role, and what can be done with the run that is looked at.</summary>
internal static class PalettePlaces
{
    public const string ThisRun = "This run", Pages = "Go to", Actions = "Do";

    /// <summary>Pages, and actions that belong to no run.</summary>
    public static IEnumerable<PaletteItem> For(UserRole role)
    {
        bool member = role >= UserRole.Member, administrator = role >= UserRole.Administrator;
        if (member) yield return Do("New run", "create start train configure", Icons.Material.Outlined.Add, "/runs/new");
        yield return Page("Home", "start now queue results", Icons.Material.Outlined.Home, "/");
        yield return Page("Runs", "list trainings", Icons.Material.Outlined.ShowChart, "/runs");
        yield return Page("Compare runs", "side by side overlay differences", Icons.Material.Outlined.CompareArrows, "/compare");
        yield return Page("Data sets", "datasets questions", Icons.Material.Outlined.Dataset, "/datasets");
        yield return Page("Teachers", "answers", Icons.Material.Outlined.School, "/teachers");
        yield return Page("Models", "students checkpoints", Icons.Material.Outlined.Memory, "/models");
        yield return Page("System", "machine slots storage trash health versions database", Icons.Material.Outlined.Dns, "/system");
        yield return Page("Account", "tokens profile", Icons.Material.Outlined.Person, "/account");
        yield return Page("Change password", "account", Icons.Material.Outlined.Password, "/account/password");
        if (administrator) yield return Page("People", "users invite roles", Icons.Material.Outlined.Group, "/users");
        yield return Page("REST reference", "api openapi documentation scripts", Icons.Material.Outlined.Api, "/api/docs");
        if (administrator) yield return Page("Job queue", "hangfire background jobs", Icons.Material.Outlined.DynamicFeed, "/hangfire");
        if (member)
        {
            yield return Do("Upload a data set", "dataset add import", Icons.Material.Outlined.UploadFile, "/datasets/upload");
            yield return Do("Add a teacher", "upload answers import", Icons.Material.Outlined.UploadFile, "/teachers/upload");
        }
        yield return Here("Theme: light", "colours bright day", Icons.Material.Outlined.LightMode, "theme:light");
        yield return Here("Theme: dark", "colours night", Icons.Material.Outlined.DarkMode, "theme:dark");
        yield return Here("Theme: as the system", "colours automatic", Icons.Material.Outlined.Contrast, "theme:system");
        yield return Here("Collapse or expand the menu", "rail sidebar navigation", Icons.Material.Outlined.MenuOpen, "rail");
        yield return Here("Keyboard shortcuts", "keys help ?", Icons.Material.Outlined.Keyboard, "keys");
        yield return Here("Sign out", "log out leave", Icons.Material.Outlined.Logout, "sign-out");
    }

    /// <summary>What this person may do with a run now, and its parts.</summary>
    public static IEnumerable<PaletteItem> Of(Run run, UserRole role)
    {
        RunActionList list = RunActionList.Of(run.State, role);
        foreach (RunAction action in list.First is { } first ? [first, .. list.Beside, .. list.Menu] : list.Menu)
        {
            string path = $"/api/v1/runs/{run.Id}/actions/";
            yield return new PaletteItem(ThisRun, RunActionList.Word(action, run.State), RunActionList.Explain(action), RunActionList.Icon(action),
                Href: action == RunAction.Clone ? $"/runs/new?clone={run.Id}" : null,
                Post: action == RunAction.Clone ? null : path + action.ToString().ToLowerInvariant(),
                Undo: action is RunAction.Archive or RunAction.Delete ? path + "restore" : null) { Words = $"{action} {run.Name} run" };
        }
        yield return new PaletteItem(ThisRun, "Compare with others", null, Icons.Material.Outlined.CompareArrows, $"/compare?runs={run.Id}") { Words = run.Name };
        foreach ((string key, string word) in RunTabs.All)
            yield return new PaletteItem(ThisRun, word, null, Icons.Material.Outlined.Tab, $"/runs/{run.Id}{(key == "overview" ? "" : $"?tab={key}")}") { Words = $"{run.Name} tab" };
    }

    private static PaletteItem Page(string title, string words, string icon, string address) => new(Pages, title, null, icon, address) { Words = words + " page" };

    private static PaletteItem Do(string title, string words, string icon, string address) => new(Actions, title, null, icon, address) { Words = words };

    private static PaletteItem Here(string title, string words, string icon, string what) => new(Actions, title, null, icon, Here: what) { Words = words };
}
