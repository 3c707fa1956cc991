using RIL.Training.Datasets;
using RIL.Training.Generation;
using RIL.Training.Grpo;
using RIL.Training.Models;
using RIL.Training.Teachers;
using RIL.Training.Training;

namespace RIL.Training.Ril;

/// <summary>The outputs of a step: G sampled by the student and, where there are teachers, as many of their kept answers.</summary>
/// <param name="student">Whose current weights sample.</param>
/// <param name="plan">Where and how it is computed.</param>
/// <param name="encoder">Its prompts and texts.</param>
/// <param name="examples">The training questions.</param>
/// <param name="questionsPerStep">Questions of a step.</param>
/// <param name="completionsPerQuestion">G.</param>
/// <param name="sampling">How the student samples.</param>
/// <param name="teachers">Draws the teachers' answers; null = no teachers.</param>
/// <param name="seed">Of the order of the questions and of sampling.</param>
public sealed class StudentRollouts(
    VisionLanguageModel student, ComputePlan plan, IPromptEncoder encoder, IReadOnlyList<Example> examples, int questionsPerStep,
    int completionsPerQuestion,
    SamplingOptions sampling,
    TeacherDraw? teachers, ulong seed) : IRolloutSource
{
    private readonly CompletionGenerator _generator = new(student, plan);
    private readonly EpochOrder _order = new(examples.Count, seed);

    /// <inheritdoc/>
    public IReadOnlyList<RolloutGroup> Collect(int step) => Collect(step, (long)step * questionsPerStep);

    /// <summary>The groups of the questions from <paramref name="cursor"/> on; <paramref name="step"/> only tells draws apart.</summary>
    public IReadOnlyList<RolloutGroup> Collect(long step, long cursor)
    {
        int[] rows = _order.Take(cursor, questionsPerStep);
        EncodedPrompt[] prompts = plan.Encode(rows, row => encoder.Encode(examples[row].Prompt, examples[row].Images, examples[row].Id));
        // A question that comes twice in one step is drawn for at two different places.
        long[] places = [.. rows.Select((row, i) => (long)row + ((long)rows.Take(i).Count(r => r == row) * examples.Count))];
        var sampled = _generator.Sample(prompts, completionsPerQuestion, sampling, new SamplingKey(seed, step, places));
        return [.. rows.Select((row, i) => new RolloutGroup(examples[row], prompts[i],
            [.. sampled[i].Select(OfStudent), .. OfTeachers(step, row)]))];
    }

    private RolloutOutput OfStudent(SampledCompletion sample) =>
        new(RolloutOutput.Student, sample.TokenIds, encoder.Decode(sample.TokenIds), sample.Truncated, sample);

    private IEnumerable<RolloutOutput> OfTeachers(long step, int row)
    {
        if (teachers is null) yield break;
        foreach (TeacherResponse response in teachers.Draw(completionsPerQuestion, step, row, examples[row].Id))
        {
            int[] tokens = [.. encoder.EncodeCompletion(response.Text), encoder.EndTokenId];
            bool truncated = tokens.Length > sampling.MaxNewTokens;
            yield return new RolloutOutput(response.Teacher, truncated ? tokens[..sampling.MaxNewTokens] : tokens,
                response.Text, truncated, null);
        }
    }
}
