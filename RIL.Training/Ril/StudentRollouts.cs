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

    private RolloutOutput OfStudent(SampledCompletion sample)
    {
        string text = encoder.Decode(sample.TokenIds);
        return new RolloutOutput(RolloutOutput.Student, sample.TokenIds, text, sample.Truncated, sample,
            Canonical(text, sample.Truncated, sample.TokenIds));
    }

    private IEnumerable<RolloutOutput> OfTeachers(long step, int row)
    {
        if (teachers is null) yield break;
        foreach (TeacherResponse response in teachers.Draw(completionsPerQuestion, step, row, examples[row].Id))
        {
            int[] tokens = Tokens(response.Text, response.Truncated);
            // As with the student's outputs, what is judged is what is learnt from: the text up to the longest length.
            yield return tokens.Length <= sampling.MaxNewTokens
                ? new RolloutOutput(response.Teacher, tokens, response.Text, response.Truncated, null)
                : Cut(response.Teacher, tokens[..sampling.MaxNewTokens]);
        }
    }

    private RolloutOutput Cut(string teacher, int[] tokens)
    {
        string text = encoder.Decode(tokens);
        return new RolloutOutput(teacher, tokens, text, Truncated: true, null, Canonical(text, truncated: true, tokens));
    }

    // Where there are tokens and none of them has a text, they are all there is to read.
    private int[] Canonical(string text, bool truncated, int[] tokens) => Tokens(text, truncated) is { Length: > 0 } read ? read : tokens;

    // An answer that was cut has no end; every other has the same one, whichever of the end tokens was sampled.
    private int[] Tokens(string text, bool truncated)
    {
        int[] tokens = encoder.EncodeCompletion(text);
        return truncated ? tokens : [.. tokens, encoder.EndTokenId];
    }
}
