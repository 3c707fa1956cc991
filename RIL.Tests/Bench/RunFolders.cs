using RIL.Training.Configuration;
using RIL.Training.Runs;

namespace RIL.Tests.Bench;

/// <summary>Writes run folders of a wished shape through the trainer's own code.</summary>
internal static class RunFolders
{
    /// <summary>A folder with <paramref name="keys"/> metrics at each of <paramref name="steps"/> steps, ended in good order.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="name">Name of the run.</param>
    /// <param name="keys">Metrics.</param>
    /// <param name="steps">Steps.</param>
    /// <param name="seed">Seed of the values.</param>
    /// <param name="value">The value at a step; null = drawn.</param>
    public static string Write(string folder, string name, int keys, int steps, int seed = 1, Func<int, double>? value = null)
    {
        Directory.CreateDirectory(folder);
        var config = new RunConfig { Dataset = "quickstart:rl", RunName = name, Seed = seed, LearningRate = 1e-6 * (1 + seed % 10) };
        File.WriteAllText(new RunFolder(folder).Config, RunConfigDocument.WriteJson(config));
        string[] names = [.. Enumerable.Range(0, keys).Select(Name)];
        var random = new Random(seed);
        using RunEvents events = RunEvents.Open(new RunFolder(folder).Events);
        events.Append(new StageEvent("ril", steps));
        var values = new Dictionary<string, double>();
        for (int step = 1; step <= steps; step++)
        {
            foreach (string metric in names) values[metric] = value?.Invoke(step) ?? Math.Round(random.NextDouble(), 6) + seed % 7;
            events.Append(new MetricsEvent("ril", step, values));
        }
        events.Append(new FinishedEvent("completed"));
        return folder;
    }

    /// <summary>Names as trainers have them: what matters first, then groups of many.</summary>
    public static string Name(int i) => i switch { 0 => "loss", 1 => "reward", 2 => "kl", 3 => "entropy", _ => $"group_{i / 50}/metric_{i}" };
}
