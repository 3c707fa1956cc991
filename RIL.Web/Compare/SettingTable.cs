using RIL.Training.Configuration;
using RIL.Web.Runs.Pages;

namespace RIL.Web.Compare;

/// <summary>A setting of several runs.</summary>
/// <param name="Key">TRL's name.</param>
/// <param name="Values">A value a run; null where the run's settings cannot be read.</param>
/// <param name="Differs">Whether not all values are the same.</param>
/// <param name="Effect">What it does.</param>
public sealed record ComparedSetting(string Key, IReadOnlyList<string?> Values, bool Differs, string Effect);

/// <summary>Settings of several runs side by side.</summary>
public static class SettingTable
{
    /// <summary>Every setting in the trainer's order.</summary>
    public static IReadOnlyList<ComparedSetting> Of(IReadOnlyList<RunConfig?> configs)
    {
        IReadOnlyDictionary<string, SettingRow>?[] columns = [.. configs.Select(c => c is null ? null : ConfigDiff.Of(c, null).ToDictionary(r => r.Key))];
        return [.. ConfigDiff.Of(new RunConfig(), null).Select(known =>
        {
            string?[] values = [.. columns.Select(c => c?[known.Key].Value)];
            return new ComparedSetting(known.Key, values, values.OfType<string>().Distinct(StringComparer.Ordinal).Count() > 1, known.Effect);
        })];
    }
}
