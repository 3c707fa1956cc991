using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;
using RIL.Training.Configuration;
using RIL.Web.Controls;

namespace RIL.Web.Runs.Pages;

/// <summary>The settings of a run.</summary>
public sealed partial class ConfigTab : IAsyncDisposable
{
    private IReadOnlyList<SettingRow> _rows = [];
    private RunConfig? _config;
    private string? _parentName, _read, _asked;
    private PageScript? _script;

    /// <inheritdoc/>
    protected override RunPageChange Shows => RunPageChange.Run;

    [Inject]
    private RunService Runs { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private IJSRuntime Script { get; set; } = default!;

    [Inject]
    private ISnackbar Snackbar { get; set; } = default!;

    private PageScript Helpers => _script ??= new PageScript(Script, "./js/run.js");

    private string Mode => _asked is "changed" || (_asked is "parent" && _parentName is not null) ? _asked : "all";

    private IEnumerable<SettingRow> Shown => Mode switch
    {
        "changed" => _rows.Where(r => r.Changed),
        "parent" => _rows.Where(r => r.Differs),
        _ => _rows,
    };

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Dispose();
        if (_script is not null) await _script.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        _asked = new AddressQuery(Navigation)["settings"];
        if (_read != View.Run.Id) await OnChanged(RunPageChange.Run);
    }

    /// <inheritdoc/>
    protected override async Task OnChanged(RunPageChange change)
    {
        _read = View.Run.Id;
        _config = RunDocuments.Config(View.Run);
        Run? parent = View.Run.ParentId is { } id ? await Runs.Find(id) : null;
        _parentName = parent?.Name;
        _rows = _config is null ? [] : ConfigDiff.Of(_config, parent is null ? null : RunDocuments.Config(parent));
    }

    private void To(object? mode) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("settings", mode is "all" ? null : $"{mode}"), replace: true);

    private async Task Copy()
    {
        bool done = await Helpers.Ask<bool>("copy", RunConfigDocument.WriteYaml(_config!, onlyChanged: true));
        Snackbar.Add(done ? "Copied: the settings that differ from the defaults, as YAML." : "The browser does not allow copying; download the file.", done ? Severity.Normal : Severity.Warning);
    }

    private async Task Save(string form)
    {
        string text = form == "json" ? RunConfigDocument.WriteJson(_config!) : RunConfigDocument.WriteYaml(_config!);
        await Helpers.Call("save", $"{View.Run.Id}.{form}", form == "json" ? "application/json" : "application/yaml", text);
    }
}
