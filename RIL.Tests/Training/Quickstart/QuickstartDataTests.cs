using RIL.Training;
using RIL.Training.Datasets;
using RIL.Training.Images;
using RIL.Training.Quickstart;
using RIL.Training.Rewards;

namespace RIL.Tests.Training.Quickstart;

public sealed class QuickstartDataTests
{
    [Fact]
    public void TheSameSeed_MakesTheSameRowsWhereverTheyStand()
    {
        IReadOnlyList<Example> few = QuickstartData.Load("quickstart:rl:3:16"), many = QuickstartData.Load("quickstart:rl:3:40");
        Assert.Equal(few.Select(Describe), many.Take(16).Select(Describe));
        Assert.All(few.Zip(many), pair => Assert.Equal(pair.First.Images[0].Read(), pair.Second.Images[0].Read()));
        Assert.NotEqual(few.Select(Describe), QuickstartData.Load("quickstart:rl:4:16").Select(Describe));
    }

    [Fact]
    public void Answers_HaveTheDistributionsTheyShould()
    {
        IReadOnlyList<Example> rows = QuickstartData.Load("test", seed: 1, count: 8000);
        foreach (string type in new[] { "exist", "more", "mored" }) Uniform(Answers(type), "yes", "no");
        Uniform(Answers("parity"), "0", "1", "2", "3", "4");
        Uniform(Answers("digit"), "0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
        Assert.Equal(10, Answers("item").Distinct().Count());
        Assert.Equal(8, rows.Select(r => r.QuestionType).Distinct().Count());

        string[] Answers(string type) => [.. rows.Where(r => r.QuestionType == type).Select(r => r.Answer)];

        static void Uniform(string[] answers, params string[] values)
        {
            double expected = (double)answers.Length / values.Length, deviation = Math.Sqrt(expected * (1 - 1.0 / values.Length));
            Assert.All(values, v => Assert.InRange(answers.Count(a => a == v), expected - 4 * deviation, expected + 4 * deviation));
        }
    }

    [Fact]
    public void BothFormsOfEveryQuestion_EndWithTheAnswerThatTheGridGives()
    {
        var judge = new RuleJudge(JudgeRule.AfterMarker, Vocabulary.AnswerMarker);
        for (int i = 0; i < 400; i++)
        {
            Question question = QuickstartData.Make("rl", 0, i).Question;
            Assert.Equal(Solve(question), question.Answer);
            Assert.True(judge.IsRight(question.Answer, question.ShortForm));
            Assert.True(judge.IsRight(question.Answer, question.LongForm));
            Assert.Contains(question.Answer is "yes" or "no" ? "there" : question.Answer, question.Fact, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void NoPicture_IsInTwoParts()
    {
        foreach (bool shop in new[] { true, false })
        {
            HashSet<string>[] parts = [.. Enum.GetValues<PicturePart>()
                .Select(part => Enumerable.Range(0, 10).SelectMany(c => PictureSet.Get(shop, part).Of(c))
                .Select(Convert.ToBase64String).ToHashSet())];
            Assert.All(parts, p => Assert.True(p.Count > 400));
            Assert.Empty(parts[0].Intersect(parts[1]).Concat(parts[0].Intersect(parts[2])).Concat(parts[1].Intersect(parts[2])));
        }
    }

    [Fact]
    public void APicture_DecodesToItsPixels()
    {
        (_, byte[] pixels) = QuickstartData.Make("test", 0, 5);
        RgbImage image = PictureDecoder.Decode(QuickstartData.Load("test", 0, 6)[5].Images[0].Read(), "test");
        Assert.Equal((56, 56), (image.Width, image.Height));
        for (int i = 0; i < pixels.Length; i++)
            Assert.Equal((pixels[i], pixels[i], pixels[i]), (image.Pixels[4 * i], image.Pixels[(4 * i) + 1], image.Pixels[(4 * i) + 2]));
    }

    [Fact]
    public void TheWarmStart_IsFourTenthsShortAndSixTenthsLongWithTheExtraWord()
    {
        IReadOnlyList<Example> rows = QuickstartData.Load("sft", seed: 0);
        Assert.Equal(7000, rows.Count);
        foreach (IGrouping<string?, Example> type in rows.GroupBy(r => r.QuestionType))
            Assert.InRange(type.Count(r => !Asks(r)) / (double)type.Count(), 0.39, 0.42);
        Assert.All(rows, r => Assert.Equal(Asks(r), r.Answer.StartsWith("the picture shows", StringComparison.Ordinal)));

        static bool Asks(Example row) => row.Prompt[0].Content[1].Text!.EndsWith(" explain", StringComparison.Ordinal);
    }

    [Fact]
    public void AnExportedSet_ReadsBackAsTheSameRows()
    {
        using var folder = new TemporaryFolder();
        IReadOnlyList<Example> rows = QuickstartData.Load("quickstart:validation:2:24");
        QuickstartExport.Write(rows, folder.Path);
        IReadOnlyList<Example> read = Dataset.Load(folder.Path);
        Assert.Equal(rows.Select(Describe), read.Select(Describe));
        Assert.All(rows.Zip(read), pair => Assert.Equal(pair.First.Images[0].Read(), pair.Second.Images[0].Read()));
    }

    [Theory]
    [InlineData("quickstart:exam")]
    [InlineData("quickstart:rl:x")]
    [InlineData("quickstart:rl:1:0")]
    public void AnUnknownSet_IsRefusedWithTheKnownOnes(string reference) =>
        Assert.Contains("validation", Assert.Throws<InputException>(() => QuickstartData.Load(reference)).Message,
            StringComparison.Ordinal);

    private static string Describe(Example row) =>
        $"{row.Id}|{string.Join(' ', row.Prompt[0].Content.Select(p => p.Text ?? "<image>"))}|{row.Answer}|"
        + $"{row.QuestionType}|{row.DataSource}";

    // Written apart from the generator, from the rules of the game.
    private static string Solve(Question q)
    {
        int[] prices = [2, 5, 4, 8, 9, 1, 3, 6, 7, 0];
        int[] l = q.Labels;
        int Cell() => l[(q.Text.Contains("bottom", StringComparison.Ordinal) ? 2 : 0)
            + (q.Text.Contains("right", StringComparison.Ordinal) ? 1 : 0)];
        int[] Line() => q.Text.Contains("top row", StringComparison.Ordinal) ? [l[0], l[1]]
            : q.Text.Contains("bottom row", StringComparison.Ordinal) ? [l[2], l[3]]
            : q.Text.Contains("left column", StringComparison.Ordinal) ? [l[0], l[2]] : [l[1], l[3]];
        string YesNo(bool yes) => yes ? "yes" : "no";
        return q.Type switch
        {
            "item" => Vocabulary.Clothes[Cell()],
            "digit" => $"{Cell()}",
            "cost" => $"{Line().Sum(c => prices[c])}",
            "sum" => $"{Line().Sum()}",
            "exist" => YesNo(l.Any(c => q.Text == $"is there a {Vocabulary.Clothes[c]} ?")),
            "more" => YesNo(l.Count(c => c is 5 or 7 or 9) > l.Count(c => c is 0 or 2 or 4 or 6)),
            "mored" => YesNo(l.Count(c => c % 2 == 0) > 2),
            _ => $"{l.Count(c => c % 2 == (q.Text.Contains("even", StringComparison.Ordinal) ? 0 : 1))}",
        };
    }
}
