using System.Diagnostics;
using System.Text.Json;
using RIL.Training.Preflight;
using RIL.Training.Runs;

namespace RIL.Training.Stages;

/// <summary>What a run makes of its preflight: it says what was seen, or does not start; and what it read before, if it goes on.</summary>
internal static class InputChecks
{
    /// <summary>Name under which fingerprints lie in trainer_state.json.</summary>
    public const string Key = "inputs";

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Checks what the run is about to read and gives its fingerprints; throws <see cref="InputException"/> where it would learn nothing
    /// or other things than before, and <see cref="OperationCanceledException"/> where the run is asked to end meanwhile.
    /// </summary>
    public static InputFingerprints Require(RunInputs inputs, RunSession session)
    {
        using var ended = new CancellationTokenSource();
        PreflightInputs read = inputs.ForPreflight();
        IReadOnlyDictionary<string, RowsFingerprint> rows;
        if (session.Resumed is null || RunPreflight.LeavesRowsOut(inputs.Config))
        {
            PreflightOutcome outcome = RunPreflight.Check(read, Watch(session, ended), ended.Token);
            if (session.Resumed is null) RequirePassed(outcome.Report, session);
            inputs.LeaveOut(outcome.LeftOut);
            rows = outcome.Data;
        }
        else rows = RunPreflight.Fingerprints(read, Watch(session, ended), ended.Token);
        var now = new InputFingerprints(rows, InputFingerprints.OfAnswers(inputs.Config, inputs.Questions, inputs.Kept),
            InputFingerprints.OfFolder(inputs.StudentFolder));
        if (session.Resumed is { } checkpoint) RequireSame(now, checkpoint, session);
        return now;
    }

    private static void RequirePassed(PreflightReport report, RunSession session)
    {
        Finding[] errors = [.. report.Findings.Where(f => f.Kind == FindingKind.Error)];
        if (errors.Length > 0) throw new InputException(string.Join('\n', errors.Select(e => e.Sentence)));
        foreach (string line in PreflightText.Figures(report)) session.Log("Preflight: " + line);
        foreach (Finding finding in report.Findings) session.Log(finding.Sentence, finding.Kind == FindingKind.Warning);
    }

    private static void RequireSame(InputFingerprints now, Checkpoint checkpoint, RunSession session)
    {
        if (checkpoint.State[Key].Deserialize<InputFingerprints>() is not { } before)
        {
            session.Log("The checkpoint is of a version that kept no fingerprints of its inputs; they are taken to be what they were.");
            return;
        }
        string[] changes = [.. now.ChangesSince(before)];
        if (changes.Length == 0) return;
        string what = $"{Path.GetFileName(checkpoint.Folder)}: since it was written, inputs changed: {string.Join("; ", changes)}.";
        if (session.Config.AcceptChangedInputs) session.Log(what, warning: true);
        else throw new InputException($"{what} Put back what the run began with, start a new run, or go on all the same with --set "
            + "accept_changed_inputs=true.");
    }

    // Rows are read by several threads; one of them looks now and then whether the run is to end.
    private static Action<int, int> Watch(RunSession session, CancellationTokenSource ended)
    {
        long looked = Stopwatch.GetTimestamp();
        return (_, _) =>
        {
            long last = Interlocked.Read(ref looked);
            if (Stopwatch.GetElapsedTime(last) < BetweenLooks
                || Interlocked.CompareExchange(ref looked, Stopwatch.GetTimestamp(), last) != last) return;
            if (session.Job.Control.Requested != RunRequest.None) ended.Cancel();
        };
    }
}
