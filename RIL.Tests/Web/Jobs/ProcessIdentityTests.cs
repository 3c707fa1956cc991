using System.Globalization;
using RIL.Web.Runs.Jobs;

namespace RIL.Tests.Web.Jobs;

/// <summary>Numbers of processes are used again: a process is the one that was meant only where its start fits.</summary>
public sealed class ProcessIdentityTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AProcess_IsItself_AndNoOtherOfItsNumber()
    {
        ProcessIdentity me = ProcessIdentity.Me;
        Assert.True(me.IsAlive);
        Assert.Equal(me, ProcessIdentity.Of(Environment.ProcessId));
        Assert.False((me with { Started = me.Started + 1 }).IsAlive);
        Assert.Null(ProcessIdentity.Of(int.MaxValue));
        Assert.False(LeaseOwner.IsGone(LeaseOwner.Me));
        Assert.True(LeaseOwner.IsGone($"{Environment.MachineName}|{me.Id}|{me.Started + 1}"));
        Assert.False(LeaseOwner.IsGone($"elsewhere|{me.Id}|{me.Started + 1}"));
    }

    // What a trainer writes where there is no /proc.
    [Fact]
    public void ANumberAlone_CountsOnlyForAProcessThatWasThereWhenItWasWritten()
    {
        string file = Path.Combine(_folder.Path, "trainer.pid");
        File.WriteAllText(file, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        Assert.Equal(ProcessIdentity.Me, ProcessIdentity.Read(file));
        using var me = System.Diagnostics.Process.GetCurrentProcess();
        File.SetLastWriteTimeUtc(file, me.StartTime.ToUniversalTime().AddMinutes(-1));
        Assert.Null(ProcessIdentity.Read(file));
    }
}
