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
    private string? _name, _suggested, _notes;
    private bool _skip, _taking;
    private UploadEnd? _end;

    [Inject] private NavigationManager Navigation { get; set; } = default!;

    [Inject] private DatasetIntake Intake { get; set; } = default!;

    [Inject] private ISnackbar Snackbar { get; set; } = default!;

    [CascadingParameter] private Task<AuthenticationState> Authentication { get; set; } = default!;

    private string Address => Navigation.ToAbsoluteUri("/api/v1/datasets").ToString();

    private void Chosen(string? file)
    {
        _end = null;
        string? suggestion = file is null ? null : Path.GetFileNameWithoutExtension(file);
        if (string.IsNullOrWhiteSpace(_name) || _name == _suggested) _name = suggestion;
        _suggested = suggestion;
    }

    private async Task Start()
    {
        _end = null;
        await _box!.Start($"/api/v1/datasets?name={Uri.EscapeDataString(_name ?? "")}&notes={Uri.EscapeDataString(_notes ?? "")}&skip_bad_rows={(_skip ? "true" : "false")}");
    }

    private void Ended(UploadEnd end)
    {
        _end = end;
        if (end.Made is not { } id) return;
        Snackbar.Add("The data set is stored.", Severity.Success);
        Navigation.NavigateTo($"/datasets/{id}");
    }

    private async Task TakeGoodRows()
    {
        _taking = true;
        try
        {
            DatasetView? made = await Intake.TakeGoodRows(_end!.Upload!, Caller.Of((await Authentication).User), CancellationToken.None);
            if (made is null) Refuse("The upload is not there any more; upload the file again.");
            else Navigation.NavigateTo($"/datasets/{made.Id}");
        }
        catch (InputException e)
        {
            Refuse(e.Message);
        }
        finally
        {
            _taking = false;
        }
    }

    private void Refuse(string sentence) => _end = _end! with { Detail = sentence };
}
