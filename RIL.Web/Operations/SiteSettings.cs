using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RIL.Training;
using RIL.Web.Data;

namespace RIL.Web.Operations;

/// <summary>Whole numbers that are changed in the browser and outlive the site.</summary>
public sealed class SiteSettings(IDbContextFactory<RilDb> databases)
{
    /// <summary>The number of that name; the default where nobody has set it.</summary>
    public async Task<int> Number(string name, int standard, int least, int most)
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        string? value = await db.SiteSettings.Where(s => s.Name == name).Select(s => s.Value).FirstOrDefaultAsync();
        return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? Math.Clamp(number, least, most) : standard;
    }

    /// <summary>Sets it; throws <see cref="InputException"/> with <paramref name="refusal"/> between the number and the largest possible one.</summary>
    public async Task Change(string name, int number, int least, int most, string refusal)
    {
        if (number < least || number > most) throw new InputException($"{number} {refusal} {most}.");
        await using RilDb db = await databases.CreateDbContextAsync();
        string text = number.ToString(CultureInfo.InvariantCulture);
        if (await db.SiteSettings.FindAsync(name) is { } setting) setting.Value = text;
        else db.Add(new SiteSetting { Name = name, Value = text });
        await db.SaveChangesAsync();
    }
}
