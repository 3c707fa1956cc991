using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using RIL.Training.Datasets;
using RIL.Training.Generation;
using RIL.Training.Grpo;
using RIL.Training.Models;
using RIL.Training.Optimizers;
using RIL.Training.Randomness;
using RIL.Training.Training;
using static TorchSharp.torch;

namespace RIL.Training.Commands;

/// <summary>
/// <c>bench</c>: times reinforcement steps on a workload that other engines run too. A step samples G completions for each of P prompts,
/// takes the reference's log-probabilities (the policy's own old ones fall out of the update), and makes one Dr.GRPO update with KL on all
/// P·G completions. End tokens are never drawn.
/// </summary>
internal static class BenchCommand
{
    private static readonly int[] Banned = [2, 1000, 1001, 1002, 1003]; // end of text and vision markers, as in the workload's definition

    public static Command Create()
    {
        var workload = new Option<string>("--workload")
            { Description = "Folder with model/ and workload.safetensors.", HelpName = "DIR", Required = true };
        var steps = new Option<int>("--steps")
            { Description = "Steps to time, after one that is not timed.", HelpName = "N", DefaultValueFactory = _ => 5 };
        var runtime = new RuntimeOptions();
        var verb = new VerbWithExamples(
            "bench", "Times reinforcement steps on a workload and prints one JSON line: medians in seconds (scoring is part of update_s), "
                + "tokens per second, peak memory.",
            "bench --workload /tmp/small", "bench --workload /tmp/small --threads 2 --steps 10") { workload, steps };
        runtime.AddTo(verb);
        verb.SetAction(parsed =>
        {
            runtime.Start(parsed);
            parsed.InvocationConfiguration.Output.WriteLine(Measure(BenchWorkload.Read(parsed.GetRequiredValue(workload)),
                Math.Max(1, parsed.GetRequiredValue(steps))).ToJsonString());
        });
        return verb;
    }

    private static JsonObject Measure(BenchWorkload work, int steps)
    {
        ComputePlan plan = ComputePlan.OnCpu;
        using VisionLanguageModel policy = plan.Load(work.Model), reference = plan.Load(work.Model);
        var loss = new PolicyLossSettings(LossType.DrGrpo, ImportanceSamplingLevel.Token, 0.2, 0.2, 0.01, work.NewTokens);
        using var update = new PolicyUpdate(policy, reference, plan, freezeVisionTower: false, loss, temperature: 1,
            new AdamWSettings(WeightDecay: 0.01), maxGradientNorm: 1);
        var generator = new CompletionGenerator(policy, plan);
        var sampling = new SamplingOptions { MaxNewTokens = work.NewTokens,
            SuppressTokenIds = [.. Banned.Where(id => id < policy.VocabularySize)] };
        var times = new List<(double Sample, double Update)>();
        for (int step = 0; step <= steps; step++)
        {
            long start = Stopwatch.GetTimestamp();
            IReadOnlyList<IReadOnlyList<SampledCompletion>> sampled = generator.Sample(work.Prompts, work.Generations, sampling,
                new SamplingKey(0, step, [.. work.Prompts.Select((_, i) => (long)i)]));
            double sampleSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            RolloutGroup[] groups = [.. work.Prompts.Select((prompt, p) =>
                new RolloutGroup(Question(p), prompt,
                [.. sampled[p].Select(c => new RolloutOutput(RolloutOutput.Student, c.TokenIds, "", c.Truncated, c))]))];
            int outputs = groups.Length * work.Generations;
            var rewards = Enumerable.Range(0, outputs)
                .Select(i => new GroupedReward(i / work.Generations, CounterRandom.Uniform(1, step, i, 0, 0)));
            update.Run(groups, GroupAdvantage.Of([.. rewards], ScaleRewards.None).Values, [.. Enumerable.Repeat(true, outputs)],
                new bool[outputs], iterations: 1, learningRate: 1e-6);
            double whole = Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (step > 0) times.Add((sampleSeconds, whole - sampleSeconds));
        }
        double sample = Median(times.Select(t => t.Sample)), rest = Median(times.Select(t => t.Update)),
            all = Median(times.Select(t => t.Sample + t.Update));
        double tokens = work.Prompts.Count * work.Generations * work.NewTokens;
        return new JsonObject
        {
            ["engine"] = "ril", ["parameters"] = policy.Weights.Sum(w => w.Count), ["prompts"] = work.Prompts.Count,
            ["generations"] = work.Generations, ["new_tokens"] = work.NewTokens,
            ["threads"] = plan.Lanes * get_num_threads(), ["sample_s"] = Math.Round(sample, 4), ["score_s"] = 0,
            ["update_s"] = Math.Round(rest, 4), ["step_s"] = Math.Round(all, 4),
            ["sample_tokens_per_s"] = Math.Round(tokens / sample), ["step_tokens_per_s"] = Math.Round(tokens / all),
            ["peak_rss_mb"] = PeakMegabytes(),
        };
    }

    private static Example Question(int number) => new($"{number}", [], [], "", null, null, []);

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static long PeakMegabytes()
    {
        using Process self = Process.GetCurrentProcess();
        return self.PeakWorkingSet64 >> 20;
    }
}
