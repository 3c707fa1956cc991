using System.Globalization;
using RIL.Training.Runs;

namespace RIL.Training.Commands;

/// <summary>
/// Shows a run on the terminal: one line per stage that is written over, or, where the output is not a terminal, a plain line now and
/// then.
/// </summary>
internal sealed class ProgressLine(TextWriter output, bool terminal, int width) : IRunObserver
{
    private const int BarWidth = 16;
    private static readonly TimeSpan BetweenPlainLines = TimeSpan.FromSeconds(15), BetweenFrames = TimeSpan.FromMilliseconds(100);
    private string _numbers = "";
    private string _open = "";
    private DateTimeOffset? _last; // of the stage's last frame

    public void Observe(RunEvent happened)
    {
        switch (happened)
        {
            case StageEvent stage:
                Close();
                (_numbers, _last) = ("", null);
                if (stage.Total is null) Keep(stage.Stage);
                break;
            case MetricsEvent metrics:
                _numbers = LiveNumbers.Line(metrics);
                break;
            case ProgressEvent progress:
                Show(progress);
                break;
            case CheckpointEvent checkpoint when !terminal:
                Keep($"{"",-14}{checkpoint.Folder} saved");
                break;
            case LogEvent log:
                Keep(log.Level == "warning" ? $"warning: {log.Text}" : log.Text);
                break;
            case ResumedEvent resumed:
                Keep(resumed.Checkpoint is null ? "There is no checkpoint yet; the run starts again."
                    : $"Going on from {resumed.Checkpoint}.");
                break;
            case FinishedEvent or FailedEvent:
                Close();
                break;
            default:
                break;
        }
    }

    private void Show(ProgressEvent progress)
    {
        bool last = progress.Step >= progress.Total && progress.Part is null;
        bool first = _last is null || (progress.Step <= 1 && progress.Part is null);
        if (!last && !first && progress.Time - _last < (terminal ? BetweenFrames : BetweenPlainLines)) return;
        _last = progress.Time;
        _open = Text(progress, last);
        if (terminal) output.Write($"\r\e[2K{(_open.Length < width ? _open : _open[..(width - 1)])}");
        else output.WriteLine(_open);
        if (last) Close();
        output.Flush();
    }

    private string Text(ProgressEvent progress, bool last)
    {
        double part = progress.Part is { Of: > 0 } p ? (double)p.Done / p.Of : 0;
        double share = progress.Total > 0 ? Math.Min(1, (progress.Step + part) / progress.Total) : 1;
        string within = progress.Part is { } going ? $"  {going.What} {going.Done}/{going.Of}" : "";
        string time = progress.Timing is not { } timing ? "" : last ? Clock(timing["elapsed_s"])
            : timing.TryGetValue("left_s", out double left) ? Clock(left) + " left" : "";
        string bar = terminal ? new string('━', (int)(share * BarWidth)).PadRight(BarWidth, '─') + "  " : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"{progress.Stage,-14}{bar}{(int)(100 * share),3}%  {progress.Step}/{progress.Total}{within}  {time,-10}  {_numbers}")
                .TrimEnd();
    }

    // A sentence of its own; an open progress line goes on below it.
    private void Keep(string text)
    {
        if (terminal && _open.Length > 0) output.Write("\r\e[2K");
        output.WriteLine(text);
        if (terminal && _open.Length > 0) output.Write(_open.Length < width ? _open : _open[..(width - 1)]);
        output.Flush();
    }

    private void Close()
    {
        if (terminal && _open.Length > 0) output.WriteLine();
        _open = "";
    }

    private static string Clock(double seconds)
    {
        var time = TimeSpan.FromSeconds(Math.Round(seconds));
        return time.TotalHours >= 1 ? time.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture)
            : time.ToString(@"m\:ss", CultureInfo.InvariantCulture);
    }
}
