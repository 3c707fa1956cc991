using Microsoft.EntityFrameworkCore;
using RIL.Training;
using RIL.Training.Configuration;
using RIL.Web.Controls;
using RIL.Web.Data;
using RIL.Web.Models;
using RIL.Web.Runs.Ingest;

namespace RIL.Web.Runs.Form;

/// <summary>What a run will probably take.</summary>
/// <param name="Seconds">Seconds of work; null where nothing is known.</param>
/// <param name="Bytes">Bytes of memory; null where nothing is known.</param>
/// <param name="How">How that was reckoned, in a sentence.</param>
public sealed record RunEstimate(double? Seconds, long? Bytes, string How);

/// <summary>Reckons time and memory from what runs of the same student took here, stage by stage; without one, memory from the number of weights.</summary>
public sealed class RunEstimator(IDbContextFactory<RilDb> databases, ModelService models)
{
    private const int LookAt = 30;
    private const double Parts = 4; // weights, gradients and AdamW's two means, each as large as the weights

    /// <summary>The estimate of a configuration.</summary>
    public async Task<RunEstimate> Of(RunConfig config)
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        var candidates = await db.Runs.Where(r => r.State == RunState.Finished && r.Stages != null).OrderByDescending(r => r.EndedAt).Take(LookAt)
            .Select(r => new { r.Id, r.Name, r.Config, r.Stages, Memory = db.Metrics.Where(m => m.RunId == r.Id && m.Name == "system/rss_mb").Select(m => m.Max).FirstOrDefault() }).ToListAsync();
        foreach (var run in candidates)
        {
            if (Read(run.Config) is not { } past || past.Student != config.Student || Math.Abs(past.MaxCompletionLength - config.MaxCompletionLength) > past.MaxCompletionLength) continue;
            if (Seconds(config, past, StageHistory.Read(run.Stages)) is not { } seconds) continue;
            // Activations grow with the batch, the rest does not: the larger batch's share is an upper estimate.
            double scale = past.CompletionsPerPass > 0 && config.TrainsPolicy && past.TrainsPolicy ? Math.Max(1, (double)config.CompletionsPerPass * config.MaxCompletionLength / (past.CompletionsPerPass * past.MaxCompletionLength)) : 1;
            return new RunEstimate(seconds, run.Memory is { } mebibytes ? (long)(mebibytes * scale * 1024 * 1024) : null, $"From '{run.Name}', which trained the same student here; stages are scaled by their steps and batches.");
        }
        long weights = (await models.Find(config.Student))?.Parameters ?? 0;
        if (weights == 0) return new RunEstimate(null, null, "Choose a student first.");
        // Student with its optimizer; the discriminator is as large and trains too; a copy of the student is the reference for the KL divergence.
        double copies = Parts + (config.UsesDiscriminator ? Parts : 0) + (config.TrainsPolicy && config.Beta > 0 ? 1 : 0);
        return new RunEstimate(null, (long)(weights * copies * sizeof(float)), "No run of this student has finished here: its time is known once it trains. Memory is the least that weights, gradients and optimizers need.");
    }

    private static RunConfig? Read(string json)
    {
        try
        {
            return RunConfigDocument.Bind(RunConfigDocument.ParseJson(json, "run"));
        }
        catch (InputException)
        {
            return null; // of an older version
        }
    }

    private static double? Seconds(RunConfig config, RunConfig past, IReadOnlyList<RunStage> stages)
    {
        double sum = 0;
        foreach ((string stage, double wanted, double done) in Work(config).Zip(Work(past), (now, then) => (now.Stage, now.Amount, then.Amount)))
        {
            if (wanted == 0) continue;
            double took = stages.Where(s => (s.Name == stage || (stage == PolicyNames.Ril && PolicyNames.Contains(s.Name))) && s.EndedAt is not null).Sum(s => (s.EndedAt!.Value - s.StartedAt).TotalSeconds);
            if (done == 0 || took == 0)
            {
                if (stage is "teachers" or "evaluation") continue; // short, or not asked for then
                return null;
            }
            sum += took * wanted / done;
        }
        return sum > 0 ? sum : null;
    }

    // Amounts of work, comparable between runs of one student.
    private static IEnumerable<(string Stage, double Amount)> Work(RunConfig c)
    {
        yield return ("sft", c.FineTunes ? c.SftSteps * (double)c.SftBatchSize : 0);
        yield return ("discriminator", c.UsesDiscriminator ? c.DiscriminatorPretrainSteps : 0);
        yield return (PolicyNames.Ril, c.TrainsPolicy ? c.MaxSteps * (double)c.CompletionsPerStep * (1 + (c.UpdatesPerBatch * (c.TeachersInGroup ? 2 : 1))) * Math.Sqrt(c.MaxCompletionLength) : 0);
        yield return ("evaluation", c.EvalDataset is null ? 0 : Math.Max(1, c.EvalLimit));
    }

    /// <summary>The estimate in words.</summary>
    public static string Words(RunEstimate estimate) => string.Join(", ", ((string?[])
    [
        estimate.Seconds is { } seconds ? $"about {Say.Duration(TimeSpan.FromSeconds(seconds))}" : null,
        estimate.Bytes is { } bytes ? $"{(estimate.Seconds is null ? "at least" : "up to")} {Say.Bytes(bytes)} of memory" : null,
    ]).OfType<string>());
}
