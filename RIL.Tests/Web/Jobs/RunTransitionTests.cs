using RIL.Web.Runs;
using static RIL.Web.Runs.RunState;

namespace RIL.Tests.Web.Jobs;

/// <summary>The run's life as a table of its own: columns are actions, a dash is a refusal.</summary>
public sealed class RunTransitionTests
{
    private const string Table = """
                   Start   Pause    Resume  Stop       Retry   Clone      Archive   Restore  Delete
        Draft      Queued  -        -       -          -       Draft      Archived  -        Deleted
        Queued     -       Paused   -       Cancelled  -       Queued     -         -        -
        Starting   -       Pausing  -       Stopping   -       Starting   -         -        -
        Running    -       Pausing  -       Stopping   -       Running    -         -        -
        Pausing    -       -        -       Stopping   -       Pausing    -         -        -
        Paused     -       -        Queued  Cancelled  -       Paused     Archived  -        -
        Stopping   -       -        -       -          -       Stopping   -         -        -
        Finished   -       -        -       -          -       Finished   Archived  -        Deleted
        Failed     -       -        -       -          Queued  Failed     Archived  -        Deleted
        Cancelled  -       -        Queued  -          Queued  Cancelled  Archived  -        Deleted
        Archived   -       -        -       -          -       Archived   -         Finished Deleted
        Deleted    -       -        -       -          -       -          -         Finished -
        """;

    [Fact]
    public void EveryStateAndAction_LeadsWhereTheTableSays_OrIsRefusedWithASentence()
    {
        string[][] rows = [.. Table.Split('\n').Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        Assert.Equal(Enum.GetNames<RunAction>().Order(), rows[0].Order());
        Assert.Equal(Enum.GetNames<RunState>().Order(), rows[1..].Select(r => r[0]).Order());
        foreach (string[] row in rows[1..])
        {
            for (int i = 1; i < row.Length; i++)
            {
                RunState state = Enum.Parse<RunState>(row[0]);
                RunAction action = Enum.Parse<RunAction>(rows[0][i - 1]);
                (RunState? next, string? refusal) = RunTransitions.Of(state, action, before: Finished);
                Assert.True((row[i] == "-" ? null : row[i]) == next?.ToString(), $"{state}, {action}: {next}");
                Assert.Equal(row[i] == "-", refusal is { Length: > 10 } && refusal.EndsWith('.'));
            }
        }
    }

    [Fact]
    public void WhatIsBroughtBack_IsWhatItWas()
    {
        foreach (RunState before in (RunState[])[Draft, Paused, Finished, Failed, Cancelled])
            Assert.Equal(before, RunTransitions.Of(Archived, RunAction.Restore, before).Next);
    }

    [Theory]
    [InlineData(RunSignal.Picked, "Queued>Starting")]
    [InlineData(RunSignal.Working, "Starting>Running")]
    [InlineData(RunSignal.Completed, "Starting>Finished Running>Finished Pausing>Finished Stopping>Finished")]
    [InlineData(RunSignal.Stopped, "Starting>Cancelled Running>Cancelled Pausing>Cancelled Stopping>Cancelled")]
    [InlineData(RunSignal.PauseReached, "Starting>Paused Running>Paused Pausing>Paused Stopping>Cancelled")]
    [InlineData(RunSignal.Broke, "Starting>Failed Running>Failed Pausing>Failed Stopping>Failed")]
    [InlineData(RunSignal.Lost, "Starting>Queued Running>Queued Pausing>Paused Stopping>Cancelled")]
    public void ASignal_ChangesTheseStatesAndNoOthers(RunSignal signal, string changes) =>
        Assert.Equal(changes.Split(' ').Order(), Enum.GetValues<RunState>().Where(s => RunTransitions.Of(s, signal) is not null).Select(s => $"{s}>{RunTransitions.Of(s, signal)}").Order());
}
