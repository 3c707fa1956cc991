using System.Globalization;
using RIL.Training.Datasets;
using RIL.Training.Generation;
using RIL.Training.Models;
using RIL.Training.Ril;
using RIL.Training.Torch;
using RIL.Training.Training;
using static TorchSharp.torch;

namespace RIL.Training.Preflight;

/// <summary>
/// What is shown to be true before a run trains: pictures reach every model that should see them, and the sampler and the trainer mean the
/// same probabilities.
/// </summary>
public static class ModelChecks
{
    private const double LeastEffect = 1e-6;
    private const long Step = int.MaxValue; // apart from every training step's draws

    /// <summary>
    /// Checks student, reference and discriminator on a few questions and says what was seen; throws <see cref="InputException"/> when
    /// training would be pointless.
    /// </summary>
    public static string Check(
        VisionLanguageModel student, ComputePlan plan, VisionLanguageModel? reference, Discriminator? discriminator,
        bool discriminatorSeesImage,
        IPromptEncoder encoder,
        IReadOnlyList<Example> examples, SamplingOptions sampling, ulong seed)
    {
        EncodedPrompt[] prompts = [.. examples.Take(4).Select(e => encoder.Encode(e.Prompt, e.Images, e.Id))];
        var sampled = new CompletionGenerator(student, plan).Sample(prompts, 2, sampling,
            new SamplingKey(seed, Step, [.. prompts.Select((_, i) => (long)i)]));
        int[][][] outputs = [.. sampled.Select(group => group.Select(s => s.TokenIds).ToArray())];
        float[] scored = Score(student, prompts, outputs, sampling.Temperature);
        float[] rolled = [.. sampled.SelectMany(g => g).SelectMany(s => s.LogProbabilities)];
        double disagreement = RequireAgreement(scored, rolled, student.Weights[0].Value.dtype);
        EncodedPrompt[]? swapped = Swapped(prompts);
        var seen = new List<string> { $"Preflight: sampling and training agree on log-probabilities within {Short(disagreement)}" };
        if (swapped is null) return seen[0] + "; there are no pictures.";
        Sees("student", scored, Score(student, swapped, outputs, sampling.Temperature));
        if (reference is not null) Sees("reference", Score(reference, prompts, outputs, sampling.Temperature),
            Score(reference, swapped, outputs, sampling.Temperature));
        if (discriminator is not null && discriminatorSeesImage)
            Sees("discriminator", [.. Judge(prompts).Select(v => (float)v)], [.. Judge(swapped).Select(v => (float)v)]);
        return string.Join(", ", seen) + ".";

        void Sees(string who, float[] own, float[] other)
        {
            double effect = Effect(who, own, other);
            seen.Add($"{(seen.Count == 1 ? "other pictures move the " : "the ")}{who}'s{(who == "discriminator" ? " scores" : "")} by up "
                + $"to {Short(effect)}");
        }

        double[] Judge(EncodedPrompt[] shown) =>
            discriminator!.Scores([.. shown.Select((p, i) => new DiscriminatorText(p, outputs[i], [true, true]))]);
    }

    /// <summary>
    /// The largest difference of two lists of log-probabilities; throws <see cref="InputException"/> where it, or their mean difference,
    /// is more than rounding in the type explains. A deep model rounds more at its worst token, hardly more on average.
    /// </summary>
    public static double RequireAgreement(IReadOnlyList<float> trained, IReadOnlyList<float> sampled, ScalarType type)
    {
        (double most, double mostOnAverage) = type switch
        {
            ScalarType.BFloat16 => (0.5, 2e-2),
            ScalarType.Float16 => (0.1, 4e-3),
            _ => (1e-2, 1e-4),
        };
        double[] apart = [.. trained.Zip(sampled, (a, b) => Math.Abs((double)a - b))];
        double largest = apart.DefaultIfEmpty(0).Max(), mean = apart.DefaultIfEmpty(0).Average();
        if (!(largest <= most && mean <= mostOnAverage))
            throw new InputException($"Sampling and training disagree on log-probabilities by up to {Short(largest)} and by {Short(mean)} "
                + $"on "
                + $"average; expected at most {Short(most)} and {Short(mostOnAverage)} in {type}. Training on such ratios would be wrong: "
                + "try --matmul default, and report it.");
        return largest;
    }

    private static string Short(double value) => value.ToString("G2", CultureInfo.InvariantCulture);

    private static double Effect(string who, float[] own, float[] swapped)
    {
        double effect = own.Zip(swapped, (a, b) => Math.Abs((double)a - b)).Max();
        if (!(effect > LeastEffect))
            throw new InputException($"The picture does not reach the {who}: with other pictures its numbers change by {effect:G3} at "
                + $"most. Check the checkpoint's vision weights and the data set's picture markers.");
        return effect;
    }

    // Pictures of the same size change places, so that the tokens stay.
    private static EncodedPrompt[]? Swapped(EncodedPrompt[] prompts)
    {
        var swapped = (EncodedPrompt[])prompts.Clone();
        bool any = false;
        for (int i = 0; i < prompts.Length; i++)
        {
            EncodedPrompt? other = prompts.FirstOrDefault(p => p != prompts[i] && p.Images.Count == prompts[i].Images.Count
                && p.Images.Count > 0
                && p.Images.Zip(prompts[i].Images).All(x => (x.First.GridH, x.First.GridW) == (x.Second.GridH, x.Second.GridW))
                && p.Images.Zip(prompts[i].Images).Any(x => !x.First.Values.AsSpan().SequenceEqual(x.Second.Values)));
            if (other is null)
            {
                if (prompts[i].Images.Count == 0) continue;
                // No partner of its size: its own picture, turned negative.
                other = prompts[i] with { Images =
                    [.. prompts[i].Images.Select(im => im with { Values = [.. im.Values.Select(v => -v)] })] };
            }
            swapped[i] = prompts[i] with { Images = other.Images };
            any = true;
        }
        return any ? swapped : null;
    }

    private static float[] Score(VisionLanguageModel model, EncodedPrompt[] prompts, int[][][] outputs, double temperature)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var batch = new PackedBatch([.. prompts.Select((p, i) => new PromptWithCompletions(p, outputs[i]))]);
        return Values.Floats(TokenLogProbs.Of(model, model.Hidden(batch), batch, temperature));
    }
}
