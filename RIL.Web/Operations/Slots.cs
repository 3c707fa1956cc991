using Microsoft.Extensions.Options;
using RIL.Web.Runs;
using RIL.Web.Runs.Jobs;

namespace RIL.Web.Operations;

/// <summary>How many runs train at once; a setting that is changed in the browser and outlives the site.</summary>
public sealed class Slots(SiteSettings settings, RunQueue queue, IOptions<JobsOptions> options)
{
    /// <summary>Most slots that can be set.</summary>
    public const int Most = 64;

    private const string Setting = "slots";

    /// <summary>The number of slots.</summary>
    public Task<int> Count() => settings.Number(Setting, options.Value.Slots, 0, Most);

    /// <summary>Changes it. Runs at work are left alone; with fewer slots the next one starts when enough have ended, with none nothing starts.</summary>
    public async Task Change(int count)
    {
        await settings.Change(Setting, count, 0, Most, "slots cannot be set; expected 0 (nothing starts) to");
        queue.Wake("");
    }
}
