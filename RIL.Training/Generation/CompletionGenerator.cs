using System.Runtime.InteropServices;
using RIL.Training.Models;
using RIL.Training.Randomness;
using RIL.Training.Training;
using static TorchSharp.torch;

namespace RIL.Training.Generation;

/// <summary>
/// Samples completions. A prompt runs once for all its completions; rows that have ended leave the batch; every draw's randomness depends
/// on (seed, step, example, sample, position) alone, so that a completion does not depend on its neighbours.
/// </summary>
public sealed class CompletionGenerator(VisionLanguageModel model, ComputePlan plan)
{
    // Finished rows are dropped when at least this part of the batch is done: dropping copies the cache.
    private const double DropShare = 0.25;

    /// <summary>Draws <paramref name="completionsPerPrompt"/> completions of every prompt, in the order of the prompts.</summary>
    public IReadOnlyList<IReadOnlyList<SampledCompletion>> Sample(
        IReadOnlyList<EncodedPrompt> prompts, int completionsPerPrompt, SamplingOptions options, SamplingKey key)
    {
        if (key.Examples.Count != prompts.Count) throw new ArgumentException("One example number per prompt is needed.", nameof(key));
        int perBatch = Math.Max(1, Math.Min(plan.RowsDecoding / completionsPerPrompt, (prompts.Count + plan.Lanes - 1) / plan.Lanes));
        int[] starts = [.. Enumerable.Range(0, (prompts.Count + perBatch - 1) / perBatch).Select(b => b * perBatch)];
        var results = new IReadOnlyList<SampledCompletion>[prompts.Count];
        plan.ForEachLane(starts, (_, start) =>
        {
            int count = Math.Min(perBatch, prompts.Count - start);
            SamplingKey share = key with { Examples = [.. key.Examples.Skip(start).Take(count)] };
            SampleBatch([.. prompts.Skip(start).Take(count)], completionsPerPrompt, options, share).CopyTo(results, start);
        });
        return results;
    }

    private IReadOnlyList<SampledCompletion>[] SampleBatch(EncodedPrompt[] prompts, int samples, SamplingOptions options, SamplingKey key)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var all = prompts.SelectMany((prompt, p) => Enumerable.Range(0, samples)
            .Select(s => new Row(p, s, prompt, key.Examples[p], options))).ToArray();
        using (DecodingSession session = model.StartDecoding(prompts, samples, options.MaxNewTokens))
        {
            Row[] rows = all;
            var sampler = new TokenSampler(options, model.VocabularySize);
            Draw(sampler, session.PromptLogits, rows, row => row.Prompt, options, key);
            while (true)
            {
                Row[] going = [.. rows.Where(r => !r.Ended)];
                if (going.Length == 0) break;
                if (rows.Length - going.Length >= DropShare * rows.Length)
                {
                    session.Keep([.. Enumerable.Range(0, rows.Length).Where(i => !rows[i].Ended).Select(i => (long)i)]);
                    rows = going;
                }
                using var step = NewDisposeScope();
                Tensor logits = session.Next([.. rows.Select(r => (long)r.Tokens[^1])]);
                Draw(sampler, logits, rows, null, options, key);
            }
        }
        return [.. prompts.Select((_, p) =>
            (IReadOnlyList<SampledCompletion>)[.. all.Skip(p * samples).Take(samples).Select(r => r.Result())])];
    }

    // rowOfLogits: which row of logits a completion reads; null = its own place.
    private static void Draw(TokenSampler sampler, Tensor logits, Row[] rows, Func<Row, int>? rowOfLogits,
        SamplingOptions options, SamplingKey key)
    {
        using var scope = NewDisposeScope();
        Tensor onCpu = logits.to(ScalarType.Float32).cpu().contiguous();
        int vocabulary = (int)onCpu.size(1);
        ReadOnlySpan<float> all = MemoryMarshal.Cast<byte, float>(onCpu.bytes);
        for (int i = 0; i < rows.Length; i++)
        {
            Row row = rows[i];
            if (row.Ended) continue;
            double uniform = options.Greedy ? 0 : CounterRandom.Uniform(key.Seed, key.Step, row.Example, row.Sample, row.Tokens.Count);
            row.Add(sampler.Draw(all.Slice((rowOfLogits?.Invoke(row) ?? i) * vocabulary, vocabulary), row.Seen, uniform));
        }
    }

    private sealed class Row(int prompt, int sample, EncodedPrompt encoded, long example, SamplingOptions options)
    {
        private readonly List<float> _logProbabilities = [], _entropies = [], _keptMass = [];
        private bool _endToken;

        public int Prompt => prompt;

        public int Sample => sample;

        public long Example => example;

        public List<int> Tokens { get; } = [];

        public HashSet<int>? Seen { get; } = options.RepetitionPenalty == 1 ? null : [.. encoded.TokenIds];

        public bool Ended => _endToken || Tokens.Count == options.MaxNewTokens;

        public void Add(TokenDraw draw)
        {
            Tokens.Add(draw.Token);
            _logProbabilities.Add(draw.LogProbability);
            _entropies.Add(draw.Entropy);
            _keptMass.Add(draw.KeptMass);
            Seen?.Add(draw.Token);
            _endToken = options.EndTokenIds.Contains(draw.Token);
        }

        public SampledCompletion Result() => new([.. Tokens], [.. _logProbabilities], [.. _entropies], [.. _keptMass], !_endToken);
    }
}
