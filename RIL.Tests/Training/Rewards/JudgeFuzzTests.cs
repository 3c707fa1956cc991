using System.Text;
using RIL.Training.Rewards;

namespace RIL.Tests.Training.Rewards;

public sealed class JudgeFuzzTests
{
    private const int Texts = 1_000_000;

    private static readonly string[] Pieces =
    [
        "answer", "the answer is ", "Answer: ", "<answer>", "</answer>", "\\boxed{", "\\frac{", "\\frac", "\\sqrt[", "\\sqrt{",
        "\\text{", "\\left(",
        "\\right)", "\\begin{pmatrix}", "\\end{pmatrix}", "\\\\", "&", "\\pm", "\\cdot ", "\\times 10^{", "\\{", "\\}",
        "\\infty", "\\cup", "\\log_",
        "\\sin^{-1}", "^{", "^", "_", "{", "}", "(", ")", "[", "]", "|", "!", "!!", "%", "$", "°", "°C", "±", "∓", "√", "π",
        "∞", "½", "²", "⁻¹",
        "≤", "<", ">", "=", "≠", "∈", "∪", "∅", "#### ", "####", "</think>", "答案是", "选", "は", "정답은", "Ответ: ", "الجواب", " and ", " or ",
        " y ", ",", ", ", ";", ":", "…", ".", "..", "-", "−", "–", "—", "+", "*", "**", "/", "\\", "'", "\"", "\n", "\t",
        " ", "x", "y", "e", "i",
        "a", "A", "B", "(C)", "cm", "m/s", " per ", "km^2", "square ", "million", "k", "am", "p.m.", "9:30", "5-7",
        "2024-05-01", "1.2.3", "1,234",
        "1.234,5", "12,34,567", "1e400", "1e-999", "0", "007", "3 1/2", "5th", "９", "٣", "५", "𝟗", "\ud800", "\udc00",
        "\ufffe", "\u0000", "\u200b",
        "\u0301", "not ", "so ", "therefore ", "Option ",
    ];

    private static readonly (RuleJudge Judge, string Name)[] Judges =
    [
        (new RuleJudge(JudgeRule.Exact), "exact"), (new RuleJudge(JudgeRule.Numeric), "numeric"),
        (new RuleJudge(JudgeRule.MultipleChoice), "multiple_choice"), (new RuleJudge(JudgeRule.AfterMarker, "answer :"), "after_marker"),
        (new RuleJudge(JudgeRule.Math), "math"), (new RuleJudge(JudgeRule.Math, null, AnswerPattern.Boxed, 0.05), "math, boxed"),
        (new RuleJudge(JudgeRule.Numeric, null, AnswerPattern.Tags), "numeric, tags"),
    ];

    // Truth and answer are both drawn, so that both readers see every kind.
    [Fact]
    public void NoText_MakesAJudgeThrow()
    {
        int cores = Math.Max(1, Environment.ProcessorCount);
        Parallel.For(0, cores, core =>
        {
            for (int i = core; i < Texts; i += cores)
            {
                var random = new Random(i);
                string truth = random.Next(3) == 0 ? "3" : Draw(random), text = Draw(random);
                (RuleJudge judge, string name) = Judges[i % Judges.Length];
                try
                {
                    Verdict verdict = judge.Judge(truth, text);
                    if (verdict.Value is not (0 or 1 or null) || (verdict.Value != 1 && verdict.Reason is null))
                        throw new InvalidOperationException($"{verdict}");
                }
                catch (Exception e)
                {
                    throw new InvalidOperationException($"{name}, truth {Shown(truth)}, answer {Shown(text)} (text {i})", e);
                }
            }
        });
    }

    [Theory]
    [InlineData("(", 200_000)]
    [InlineData("\\sqrt{", 50_000)]
    [InlineData("\\frac{1}{", 50_000)]
    [InlineData("-", 200_000)]
    [InlineData("2^", 100_000)]
    [InlineData("9", 300_000)]
    [InlineData("1,", 100_000)]
    [InlineData("1 ", 100_000)]
    [InlineData("\\boxed{", 50_000)]
    [InlineData("<answer>", 50_000)]
    [InlineData("answer is ", 50_000)]
    [InlineData("answer", 50_000)]
    [InlineData("\\text{", 50_000)]
    [InlineData("9^9", 50_000)]
    [InlineData("(2!)!", 50_000)]
    [InlineData("sin ", 50_000)]
    [InlineData("|", 100_000)]
    [InlineData("\u0301", 100_000)]
    [InlineData("A, ", 100_000)]
    [InlineData("so B", 100_000)]
    [InlineData("\ud800", 100_000)]
    [InlineData("\"", 100_000)]
    [InlineData(".", 100_000)]
    [InlineData("answer :", 50_000)]
    [InlineData("{1,", 50_000)]
    [InlineData("x + ", 50_000)]
    public void LongTexts_AreJudgedInATimeThatDoesNotGrowWithTheirSquare(string piece, int times)
    {
        string text = string.Concat(Enumerable.Repeat(piece, times));
        foreach ((RuleJudge judge, _) in Judges)
        {
            judge.Judge("3", text);
            judge.Judge(text, text);
            judge.Judge(text, "3");
        }
    }

    [Fact]
    public void TheSameTexts_GiveTheSameVerdicts()
    {
        for (int i = 0; i < 5_000; i++)
        {
            (string truth, string text) = (Draw(new Random(i)), Draw(new Random(i + 1)));
            (RuleJudge judge, _) = Judges[i % Judges.Length];
            Assert.Equal(judge.Judge(truth, text), judge.Judge(truth, text));
        }
    }

    // Whatever a truth is, repeating it is never wrong.
    [Fact]
    public void AnAnswerThatRepeatsTheTruth_IsNeverWrong()
    {
        for (int i = 0; i < 50_000; i++)
        {
            string text = Draw(new Random(i));
            (RuleJudge judge, string name) = Judges[i % 3 == 2 ? 4 : i % 3];
            Assert.True(judge.Judge(text, text).Value != 0, $"{name}, {Shown(text)}: {judge.Judge(text, text).Reason}");
        }
    }

    private static string Draw(Random random)
    {
        var text = new StringBuilder();
        int kind = random.Next(10), length = random.Next(1, 12);
        if (kind == 0) for (int i = 0; i < length; i++) text.Append((char)random.Next(0x10000));
        else if (kind == 1) text.Append(new string((char)random.Next('0', '9' + 1), random.Next(1, 400)));
        else if (kind == 2) text.Append(string.Concat(Enumerable.Repeat(Pieces[random.Next(Pieces.Length)], random.Next(1, 60))));
        else
            for (int i = 0; i < length; i++)
            {
                if (random.Next(3) == 0) text.Append(random.Next(100));
                else text.Append(Pieces[random.Next(Pieces.Length)]);
                if (random.Next(40) == 0) text.Append((char)random.Next(0x10000));
            }
        return text.ToString();
    }

    private static string Shown(string text) => "\"" + string.Concat(text.Take(300).Select(c => c is >= ' ' and < (char)127 ? $"{c}"
        : $"\\u{(int)c:x4}")) + "\"";
}
