using RIL.Training.Datasets;
using RIL.Training.Teachers;

namespace RIL.Tests.Training.Teachers;

public sealed class TeacherDrawTests
{
    [Fact]
    public void Answers_ComeEvenlyFromAllTeachersAndNoneTwice()
    {
        TeacherDraw draw = Draw(8, new("A"), new("B"));
        for (long step = 0; step < 50; step++)
        {
            IReadOnlyList<TeacherResponse> drawn = draw.Draw(4, step, 7, "q");
            Assert.Equal(["A", "A", "B", "B"], drawn.Select(d => d.Teacher));
            Assert.Equal(4, drawn.Distinct().Count());
        }
    }

    [Fact]
    public void ADraw_DependsOnSeedStepAndExampleAlone()
    {
        TeacherDraw draw = Draw(8, new("A"), new("B"));
        IReadOnlyList<TeacherResponse> first = draw.Draw(4, 3, 7, "q");
        draw.Draw(4, 1, 2, "q");
        Assert.Equal(first, draw.Draw(4, 3, 7, "q"));
        Assert.Equal(first, Draw(8, new("A"), new("B")).Draw(4, 3, 7, "q"));
        Assert.Contains(Enumerable.Range(0, 10), step => !draw.Draw(4, step, 7, "q").SequenceEqual(first));
    }

    [Fact]
    public void TooFewAnswers_AreAllTakenBeforeOneComesAgain()
    {
        IReadOnlyList<TeacherResponse> drawn = Draw(3, new TeacherShare("A")).Draw(7, 0, 0, "q");
        Assert.Equal(7, drawn.Count);
        Assert.Equal(3, drawn.Take(3).Distinct().Count());
        Assert.All(drawn.GroupBy(d => d.Text), g => Assert.InRange(g.Count(), 2, 3));
    }

    [Fact]
    public void Weights_HoldOnAverageWhereTheyGiveNoWholeNumbers()
    {
        TeacherDraw draw = Draw(8, new("A", 2), new("B", 1));
        int fromA = Enumerable.Range(0, 3000).Sum(step => draw.Draw(4, step, 1, "q").Count(d => d.Teacher == "A"));
        // 8/3 a draw; the odd one is a coin of 2/3 with deviation sqrt(3000 · 2/9) = 26.
        Assert.InRange(fromA, 8000 - 5 * 26, 8000 + 5 * 26);
    }

    [Fact]
    public void EveryAnswer_IsAsLikely()
    {
        TeacherDraw draw = Draw(8, new TeacherShare("A"));
        var counts = Enumerable.Range(0, 4000).SelectMany(step => draw.Draw(2, step, 1, "q")).CountBy(d => d.Text).ToDictionary();
        Assert.Equal(8, counts.Count);
        // 1,000 each, deviation below sqrt(4000 · 1/4 · 3/4) = 27.
        Assert.All(counts.Values, c => Assert.InRange(c, 1000 - 5 * 27, 1000 + 5 * 27));
    }

    private static TeacherDraw Draw(int answers, params TeacherShare[] teachers)
    {
        var kept = new KeptAnswers();
        foreach (TeacherShare teacher in teachers)
            for (int i = 0; i < answers; i++) kept.Add(teacher.Teacher, "q", $"{teacher.Teacher}{i}");
        return new TeacherDraw(kept, teachers, seed: 5);
    }
}
