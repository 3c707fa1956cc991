using System.Text.Json;
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
    private string? _dataset, _name, _notes, _whose, _refusal;
    private bool _skip;
    private Refused? _problems;

    private sealed record Refused(string Upload, int Good, int Bad, IReadOnlyList<string> Lines);

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

    private static string Id(string reference) => reference.StartsWith("dataset:", StringComparison.Ordinal) ? reference["dataset:".Length..] : reference;

    private void Chosen(string? file) => (_refusal, _problems) = (null, null);

    private async Task Start(bool skip)
    {
        (_refusal, _problems) = (null, null);
        string query = string.Join('&', new (string Key, string? Value)[] { ("dataset", _dataset), ("name", _name), ("notes", _notes), ("teacher", _whose), ("skip_bad_rows", skip ? "true" : "false") }
            .Where(p => !string.IsNullOrWhiteSpace(p.Value)).Select(p => $"{p.Key}={Uri.EscapeDataString(p.Value!.Trim())}"));
        await _box!.Start($"/api/v1/teachers?{query}");
    }

    private void Ended(UploadEnd end)
    {
        if (end.Status == -1) return;
        if (end.Status == 0)
        {
            _refusal = "The connection broke before the upload was complete; nothing was stored. Try again.";
            return;
        }
        using JsonDocument? json = UploadAnswer.Parse(end.Body);
        if (end.Status == 201 && json?.RootElement.TryGetProperty("id", out JsonElement id) == true)
        {
            Snackbar.Add("The answers are stored.", Severity.Success);
            Navigation.NavigateTo($"/teachers/{id.GetString()}");
            return;
        }
        _refusal = UploadAnswer.Sentence(json, end.Status);
        if (json?.RootElement.TryGetProperty("upload", out JsonElement upload) == true)
        {
            JsonElement root = json.RootElement;
            _problems = new Refused(upload.GetString()!, root.GetProperty("good_rows").GetInt32(), root.GetProperty("bad_rows").GetInt32(), [.. root.GetProperty("errors").EnumerateArray().Select(e => e.GetString()!)]);
        }
    }
}
