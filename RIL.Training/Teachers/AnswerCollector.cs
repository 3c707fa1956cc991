using RIL.Training.Datasets;
using RIL.Training.Generation;
using RIL.Training.Models;
using RIL.Training.Training;

namespace RIL.Training.Teachers;

/// <summary>
/// Collects a teacher's answers from its own checkpoint; what is collected is kept at once, so that an interrupted collection goes on
/// where it was.
/// </summary>
public sealed class AnswerCollector(VisionLanguageModel teacher, ComputePlan plan, IPromptEncoder encoder, SamplingOptions sampling,
    int answersPerQuestion, ulong seed)
{
    private const int QuestionsAtATime = 32;

    /// <summary>
    /// Answers the questions to which the teacher has too few answers; <paramref name="progress"/> hears how many of how many are done.
    /// Throws <see cref="InputException"/> where the teacher's other answers were sampled otherwise.
    /// </summary>
    public void Collect(string name, IReadOnlyList<Example> examples, KeptAnswers kept, KeptAnswersWriter writer,
        Action<int, int>? progress = null, CancellationToken cancellation = default)
    {
        var place = examples.Select((e, i) => (e.Id, i)).ToDictionary(p => p.Id, p => (long)p.i);
        IReadOnlyList<Example> missing = kept.Missing(examples, name, answersPerQuestion);
        if (missing.Count == 0) return;
        string fingerprint = SamplingFingerprint.Of(sampling);
        kept.CheckSampling(name, fingerprint, writer.Path);
        var generator = new CompletionGenerator(teacher, plan);
        for (int start = 0; start < missing.Count; start += QuestionsAtATime)
        {
            cancellation.ThrowIfCancellationRequested();
            Example[] batch = [.. missing.Skip(start).Take(QuestionsAtATime)];
            EncodedPrompt[] prompts = plan.Encode(batch, question => encoder.Encode(question.Prompt, question.Images, question.Id));
            var answers = generator.Sample(prompts, answersPerQuestion, sampling,
                new SamplingKey(seed, 0, [.. batch.Select(e => place[e.Id])]));
            for (int i = 0; i < batch.Length; i++)
                foreach (SampledCompletion answer in answers[i].Skip(kept.Of(name, batch[i].Id).Count))
                {
                    var said = new KeptAnswer(encoder.Decode(answer.TokenIds), answer.Truncated, fingerprint);
                    writer.Write(name, batch[i].Id, said);
                    kept.Add(name, batch[i].Id, said);
                }
            writer.Flush();
            progress?.Invoke(Math.Min(missing.Count, start + batch.Length), missing.Count);
        }
    }
}
