using System.Text.Json;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using MudBlazor;
using RIL.Training;
using RIL.Web.Accounts;
using RIL.Web.Controls;

namespace RIL.Web.Datasets;

/// <summary>Brings a data set.</summary>
public partial class DatasetUploadPage
{
    private UploadBox? _box;
    private string? _name, _suggested, _notes, _refusal;
    private bool _skip, _taking;
    private Refused? _problems;

    private sealed record Refused(string Upload, int Good, int Bad, IReadOnlyList<string> Lines);

    [Inject] private NavigationManager Navigation { get; set; } = default!;

    [Inject] private DatasetIntake Intake { get; set; } = default!;

    [Inject] private ISnackbar Snackbar { get; set; } = default!;

    [CascadingParameter] private Task<AuthenticationState> Authentication { get; set; } = default!;

    private string Address => Navigation.ToAbsoluteUri("/api/v1/datasets").ToString();

    private void Chosen(string? file)
    {
        (_refusal, _problems) = (null, null);
        string? suggestion = file is null ? null : Path.GetFileNameWithoutExtension(file);
        if (string.IsNullOrWhiteSpace(_name) || _name == _suggested) _name = suggestion;
        _suggested = suggestion;
    }

    private async Task Start()
    {
        (_refusal, _problems) = (null, null);
        await _box!.Start($"/api/v1/datasets?name={Uri.EscapeDataString(_name ?? "")}&notes={Uri.EscapeDataString(_notes ?? "")}&skip_bad_rows={(_skip ? "true" : "false")}");
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
            Snackbar.Add("The data set is stored.", Severity.Success);
            Navigation.NavigateTo($"/datasets/{id.GetString()}");
            return;
        }
        _refusal = UploadAnswer.Sentence(json, end.Status);
        if (json?.RootElement.TryGetProperty("upload", out JsonElement upload) == true)
        {
            JsonElement root = json.RootElement;
            _problems = new Refused(upload.GetString()!, root.GetProperty("good_rows").GetInt32(), root.GetProperty("bad_rows").GetInt32(), [.. root.GetProperty("errors").EnumerateArray().Select(e => e.GetString()!)]);
        }
    }

    private async Task TakeGoodRows()
    {
        _taking = true;
        try
        {
            DatasetView? made = await Intake.TakeGoodRows(_problems!.Upload, Caller.Of((await Authentication).User), CancellationToken.None);
            if (made is null) _refusal = "The upload is not there any more; upload the file again.";
            else Navigation.NavigateTo($"/datasets/{made.Id}");
        }
        catch (InputException e)
        {
            _refusal = e.Message;
        }
        finally
        {
            _taking = false;
        }
    }
}
