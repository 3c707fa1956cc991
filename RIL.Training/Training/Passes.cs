namespace RIL.Training.Training;

/// <summary>
/// Which pass of a step each of its outputs belongs to. A pass takes so many of the student's completions, in the order of the groups; a
/// teacher's output comes on top, in the pass of the student's completion that has the same place in the group.
/// </summary>
/// <param name="OfOutput">The pass of every output, group by group.</param>
/// <param name="Count">How many passes there are.</param>
public sealed record Passes(IReadOnlyList<int> OfOutput, int Count)
{
    /// <summary>Shares out the outputs of a step.</summary>
    /// <param name="byStudent">For every group, whether each of its outputs is the student's.</param>
    /// <param name="completions">The student's completions in a pass.</param>
    public static Passes Of(IReadOnlyList<IReadOnlyList<bool>> byStudent, int completions)
    {
        int total = byStudent.Sum(g => g.Count(student => student)),
            count = Math.Max(1, (int)(((long)total + completions - 1) / completions));
        var passes = new List<int>();
        int before = 0;
        foreach (IReadOnlyList<bool> group in byStudent)
        {
            int students = group.Count(student => student), own = 0, others = 0;
            foreach (bool student in group)
            {
                int place = Math.Min(student ? own++ : others++, Math.Max(0, students - 1));
                passes.Add(Math.Min((before + place) / completions, count - 1));
            }
            before += students;
        }
        return new Passes(passes, count);
    }
}
