using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RIL.Training;
using RIL.Web.Data;
using Microsoft.Extensions.Options;
using RIL.Web.Runs;
using RIL.Web.Runs.Jobs;

namespace RIL.Web.Operations;

/// <summary>How many runs train at once; a setting that is changed in the browser and outlives the site.</summary>
public sealed class Slots(IDbContextFactory<RilDb> databases, RunQueue queue, IOptions<JobsOptions> options)
{
    /// <summary>Most slots that can be set.</summary>
    public const int Most = 64;

    private const string Setting = "slots";

    /// <summary>The number of slots.</summary>
    public async Task<int> Count()
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        string? value = await db.SiteSettings.Where(s => s.Name == Setting).Select(s => s.Value).FirstOrDefaultAsync();
        return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int count) ? Math.Clamp(count, 0, Most) : options.Value.Slots;
    }

    /// <summary>Changes it. Runs at work are left alone; with fewer slots the next one starts when enough have ended, with none nothing starts.</summary>
    public async Task Change(int count)
    {
        if (count is < 0 or > Most) throw new InputException($"{count} slots cannot be set; expected 0 (nothing starts) to {Most}.");
        await using RilDb db = await databases.CreateDbContextAsync();
        SiteSetting? setting = await db.SiteSettings.FindAsync(Setting);
        string text = count.ToString(CultureInfo.InvariantCulture);
        if (setting is null) db.Add(new SiteSetting { Name = Setting, Value = text });
        else setting.Value = text;
        await db.SaveChangesAsync();
        queue.Wake("");
    }
}
