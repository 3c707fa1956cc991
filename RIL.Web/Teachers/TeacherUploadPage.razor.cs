using Microsoft.AspNetCore.Components;
using MudBlazor;
using RIL.Web.Controls;
using RIL.Web.Datasets;

namespace RIL.Web.Teachers;

/// <summary>Brings a teacher's answers.</summary>
public partial class TeacherUploadPage
{
    private UploadBox? _box;
    private IReadOnlyList<DatasetView> _sets = [];
    private string? _dataset, _name, _notes, _whose;
    private bool _skip;
    private UploadEnd? _end;

    /// <summary>Data set to begin with.</summary>
    [SupplyParameterFromQuery(Name = "dataset")] public string? Dataset { get; set; }

    [Inject] private NavigationManager Navigation { get; set; } = default!;

    [Inject] private DatasetService Datasets { get; set; } = default!;

    [Inject] private ISnackbar Snackbar { get; set; } = default!;

    private string Address => Navigation.ToAbsoluteUri("/api/v1/teachers").ToString();

    /// <inheritdoc/>
    protected override async Task OnInitializedAsync()
    {
        _sets = await Datasets.List();
        _dataset = _sets.FirstOrDefault(s => s.Reference == Dataset)?.Reference ?? _sets.FirstOrDefault(s => !s.BuiltIn)?.Reference ?? "quickstart:rl";
    }

    private void Chosen(string? file) => _end = null;

    private async Task Start(bool skip)
    {
        _end = null;
        string query = string.Join('&', new (string Key, string? Value)[] { ("dataset", _dataset), ("name", _name), ("notes", _notes), ("teacher", _whose), ("skip_bad_rows", skip ? "true" : "false") }
            .Where(p => !string.IsNullOrWhiteSpace(p.Value)).Select(p => $"{p.Key}={Uri.EscapeDataString(p.Value!.Trim())}"));
        await _box!.Start($"/api/v1/teachers?{query}");
    }

    private void Ended(UploadEnd end)
    {
        _end = end;
        if (end.Made is not { } id) return;
        Snackbar.Add("The answers are stored.", Severity.Success);
        Navigation.NavigateTo($"/teachers/{id}");
    }
}
