using RIL.Training.Datasets;
using RIL.Training.Generation;
using RIL.Training.Models;
using RIL.Training.Rewards;
using RIL.Training.Torch;

namespace RIL.Training.Evaluation;

/// <summary>An answer to a held-out question; <paramref name="Right"/> is null where the judge abstained.</summary>
public sealed record EvaluatedAnswer(Example Question, string Text, int Tokens, bool? Right);

/// <summary>
/// How well a model answers: shares of right answers, overall and per question type, among those the judge could decide; mean answer
/// length in tokens.
/// </summary>
public sealed record EvaluationResult(double Accuracy, IReadOnlyDictionary<string, double> ByType, double MeanLength, int Questions)
{
    /// <summary>The figures of a list of answers.</summary>
    public static EvaluationResult Of(IReadOnlyList<EvaluatedAnswer> answers)
    {
        EvaluatedAnswer[] decided = [.. answers.Where(a => a.Right is not null)];
        var byType = decided.Where(a => a.Question.QuestionType is not null).GroupBy(a => a.Question.QuestionType!)
            .OrderBy(g => g.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Average(a => a.Right == true ? 1.0 : 0));
        double accuracy = decided.Length == 0 ? double.NaN : decided.Average(a => a.Right == true ? 1.0 : 0);
        return new EvaluationResult(accuracy, byType, answers.Count == 0 ? 0 : answers.Average(a => (double)a.Tokens), answers.Count);
    }

    /// <summary>The figures under their metric names.</summary>
    public IEnumerable<KeyValuePair<string, double>> Metrics() =>
        [KeyValuePair.Create("eval/accuracy", Accuracy), KeyValuePair.Create("eval/mean_length", MeanLength),
            .. ByType.Select(t => KeyValuePair.Create("eval/accuracy/" + t.Key, t.Value))];
}

/// <summary>Asks a model held-out questions and has a rule judge its answers.</summary>
public sealed class Evaluator(VisionLanguageModel model, IPromptEncoder encoder, RuleJudge judge, SamplingOptions sampling,
    int questionsAtATime)
{
    /// <summary>Answers every question once.</summary>
    /// <param name="questions">The questions.</param>
    /// <param name="seed">For sampled answers; greedy ones do not depend on it.</param>
    /// <param name="progress">Hears after every batch how many of how many are answered; what it throws ends the asking.</param>
    /// <param name="cancellation">Between batches.</param>
    public IReadOnlyList<EvaluatedAnswer> Answer(IReadOnlyList<Example> questions, ulong seed = 0, Action<int, int>? progress = null,
        CancellationToken cancellation = default)
    {
        var generator = new CompletionGenerator(model);
        var answers = new List<EvaluatedAnswer>();
        for (int start = 0; start < questions.Count; start += questionsAtATime)
        {
            cancellation.ThrowIfCancellationRequested();
            Example[] batch = [.. questions.Skip(start).Take(questionsAtATime)];
            var prompts = new EncodedPrompt[batch.Length];
            TorchRuntime.Workers.ForEach([.. Enumerable.Range(0, batch.Length)],
                (_, i) => prompts[i] = encoder.Encode(batch[i].Prompt, batch[i].Images, batch[i].Id));
            var completions = generator.Sample(prompts, 1, sampling,
                new SamplingKey(seed, 0, [.. Enumerable.Range(start, batch.Length).Select(i => (long)i)]));
            answers.AddRange(batch.Select((question, i) =>
            {
                string text = encoder.Decode(completions[i][0].TokenIds);
                return new EvaluatedAnswer(question, text, completions[i][0].TokenIds.Length, judge.IsRight(question.Answer, text));
            }));
            progress?.Invoke(answers.Count, questions.Count);
        }
        return answers;
    }
}
