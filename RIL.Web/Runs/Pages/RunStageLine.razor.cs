using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Components;
using RIL.Training.Configuration;
using RIL.Web.Runs.Ingest;
using RIL.Web.Runs.Log;

namespace RIL.Web.Runs.Pages;

/// <summary>The line of stages.</summary>
public sealed partial class RunStageLine
{
    private IReadOnlyList<RunStage> _history = [];
    private IReadOnlyList<StageOnLine> _stages = [];
    private RunConfig? _config;
    private long? _answers;
    private string? _read;

    /// <inheritdoc/>
    protected override RunPageChange Shows => RunPageChange.Progress | RunPageChange.Run;

    [Inject]
    private RunLog Log { get; set; } = default!;

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (_read != View.Run.Id) await Read();
        Draw();
    }

    /// <inheritdoc/>
    protected override async Task OnChanged(RunPageChange change)
    {
        if ((change & RunPageChange.Run) != 0) await Read();
        Draw();
    }

    private void Draw() => _stages = _config is null ? [] : StageLine.Of(_config, View.Now, _history, _answers, RunDocuments.Summary(View.Run)?.Evaluations ?? []);

    private async Task Read()
    {
        _read = View.Run.Id;
        _config = RunDocuments.Config(View.Run);
        _history = StageHistory.Read(View.Run.Stages);
        IReadOnlyList<RunLogLine> said = await Log.Read(View.Run.Id, new LogFilter(Find: " kept answers to "), 0, 50);
        _answers = said.Sum(l => Answers().Match(l.Text) is { Success: true } m ? long.Parse(m.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : 0);
    }

    // The trainer's sentence of each teacher.
    [GeneratedRegex(@"^Teacher .+: (\d{1,15}) kept answers to ")]
    private static partial Regex Answers();
}
