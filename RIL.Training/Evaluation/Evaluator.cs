using RIL.Training.Datasets;
using RIL.Training.Generation;
using RIL.Training.Models;
using RIL.Training.Rewards;
using RIL.Training.Training;

namespace RIL.Training.Evaluation;

/// <summary>An answer to a held-out question, with the judge's verdict on it.</summary>
public sealed record EvaluatedAnswer(Example Question, string Text, int Tokens, Verdict Verdict);

/// <summary>Asks a model held-out questions and has a judge decide on its answers.</summary>
public sealed class Evaluator(VisionLanguageModel model, ComputePlan plan, IPromptEncoder encoder, IJudge judge,
    SamplingOptions sampling, int questionsAtATime)
{
    private const string Source = "student";

    /// <summary>Answers every question once.</summary>
    /// <param name="questions">The questions.</param>
    /// <param name="seed">For sampled answers; greedy ones do not depend on it.</param>
    /// <param name="progress">Hears after every batch how many of how many are answered; what it throws ends the asking.</param>
    /// <param name="cancellation">Between batches.</param>
    public IReadOnlyList<EvaluatedAnswer> Answer(IReadOnlyList<Example> questions, ulong seed = 0, Action<int, int>? progress = null,
        CancellationToken cancellation = default)
    {
        var generator = new CompletionGenerator(model, plan);
        var answers = new List<EvaluatedAnswer>();
        for (int start = 0; start < questions.Count; start += questionsAtATime)
        {
            cancellation.ThrowIfCancellationRequested();
            Example[] batch = [.. questions.Skip(start).Take(questionsAtATime)];
            EncodedPrompt[] prompts = plan.Encode(batch, question => encoder.Encode(question.Prompt, question.Images, question.Id));
            var completions = generator.Sample(prompts, 1, sampling,
                new SamplingKey(seed, 0, [.. Enumerable.Range(start, batch.Length).Select(i => (long)i)]));
            string[] texts = [.. completions.Select(c => encoder.Decode(c[0].TokenIds))];
            IReadOnlyList<Verdict> verdicts = judge.Ask([.. batch.Zip(texts, (question, text) => new JudgedCompletion(question, text,
                Source))], cancellation);
            answers.AddRange(batch.Select((question, i) =>
                new EvaluatedAnswer(question, texts[i], completions[i][0].TokenIds.Length, verdicts[i])));
            progress?.Invoke(answers.Count, questions.Count);
        }
        return answers;
    }
}
