using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using RIL.Web.Runs.Jobs;

namespace RIL.Tests.Web.Jobs;

/// <summary>A run that cannot be followed is left alone for longer each time, and not for ever.</summary>
public sealed class RunSetbackTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void TriesBecomeRarer_UntilPatienceIsOver_AndASuccessForgetsThem()
    {
        var setbacks = new RunSetbacks(Options.Create(new JobsOptions { FaultSeconds = 100 }), _clock);
        var waits = new List<double>();
        Assert.False(setbacks.Rests("run"));
        for (bool over = false; !over;)
        {
            over = setbacks.Add("run");
            DateTimeOffset since = _clock.GetUtcNow();
            while (setbacks.Rests("run")) _clock.Advance(TimeSpan.FromMilliseconds(250));
            waits.Add((_clock.GetUtcNow() - since).TotalSeconds);
        }
        Assert.Equal([0.25, 0.5, 1, 2, 4, 8, 16, 30, 30, 30, 30], waits);
        setbacks.Clear("run");
        Assert.False(setbacks.Add("run"));
        Assert.False(setbacks.Rests("another"));
    }
}
