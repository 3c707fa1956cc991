using RIL.Training.Randomness;

namespace RIL.Training.Quickstart;

/// <summary>
/// Makes questions that are a function of (seed, index): the types in turn, classes uniform, yes and no equally often, counts uniform.
/// Where an answer's distribution is prescribed, the answer is drawn first and grids are drawn until one has it.
/// </summary>
internal static class QuestionGenerator
{
    // Counter "sample" of what is drawn once; grid attempt n has FirstGrid + n.
    private const long Once = 0, FirstGrid = 1;

    public static Question Make(ulong seed, long index)
    {
        int type = (int)(index % Question.Types.Length);
        return type switch
        {
            0 => Item(seed, index),
            1 => Cost(seed, index),
            2 => Exist(seed, index),
            3 => More(seed, index),
            4 => Digit(seed, index),
            5 => Sum(seed, index),
            6 => MoreDigits(seed, index),
            _ => Parity(seed, index),
        };
    }

    private static Question Item(ulong seed, long index)
    {
        int[] labels = Grid(seed, index);
        int cell = Below(4, seed, index, 0);
        string place = Vocabulary.Cells[cell], word = Vocabulary.Clothes[labels[cell]];
        return new Question("item", $"what is at the {place} ?", $"the {place} is a {word} .", word, true, labels);
    }

    private static Question Cost(ulong seed, long index)
    {
        int[] labels = Grid(seed, index);
        (string line, int first, int second) = Vocabulary.Lines[Below(4, seed, index, 0)];
        (int a, int b) = (Vocabulary.Prices[labels[first]], Vocabulary.Prices[labels[second]]);
        return new Question("cost", $"what is the cost of the {line} ?", $"{a} plus {b} is {a + b} .", $"{a + b}", true, labels);
    }

    private static Question Exist(ulong seed, long index)
    {
        int label = Below(PictureSet.Classes, seed, index, 0);
        bool yes = Below(2, seed, index, 1) == 1;
        int[] labels = Grid(seed, index, l => l.Contains(label) == yes);
        string word = Vocabulary.Clothes[label];
        return new Question("exist", $"is there a {word} ?", yes ? $"there is a {word} ." : $"there is no {word} .",
            yes ? "yes" : "no", true, labels);
    }

    private static Question More(ulong seed, long index)
    {
        bool yes = Below(2, seed, index, 0) == 1;
        int[] labels = Grid(seed, index, l => l.Count(Vocabulary.IsShoe) > l.Count(Vocabulary.IsTop) == yes);
        string fact = $"there are {labels.Count(Vocabulary.IsShoe)} shoes and {labels.Count(Vocabulary.IsTop)} tops .";
        return new Question("more", "are there more shoes than tops ?", fact, yes ? "yes" : "no", true, labels);
    }

    private static Question Digit(ulong seed, long index)
    {
        int[] labels = Grid(seed, index);
        int cell = Below(4, seed, index, 0);
        string place = Vocabulary.Cells[cell];
        return new Question("digit", $"which digit is at the {place} ?", $"the {place} is {labels[cell]} .",
            $"{labels[cell]}", false, labels);
    }

    private static Question Sum(ulong seed, long index)
    {
        int[] labels = Grid(seed, index);
        (string line, int first, int second) = Vocabulary.Lines[Below(4, seed, index, 0)];
        (int a, int b) = (labels[first], labels[second]);
        return new Question("sum", $"what is the sum of the {line} ?", $"{a} plus {b} is {a + b} .", $"{a + b}", false, labels);
    }

    private static Question MoreDigits(ulong seed, long index)
    {
        bool yes = Below(2, seed, index, 0) == 1;
        int[] labels = Grid(seed, index, l => l.Count(IsEven) > l.Count(d => !IsEven(d)) == yes);
        int even = labels.Count(IsEven);
        return new Question("mored", "are there more even than odd ?", $"there are {even} even and {4 - even} odd digits .",
            yes ? "yes" : "no", false, labels);
    }

    private static Question Parity(ulong seed, long index)
    {
        bool even = Below(2, seed, index, 0) == 1;
        int count = Below(5, seed, index, 1);
        int[] labels = Grid(seed, index, l => l.Count(d => IsEven(d) == even) == count);
        string word = even ? "even" : "odd";
        return new Question("parity", $"how many digits are {word} ?", $"there are {count} {word} digits .", $"{count}", false, labels);
    }

    private static int[] Grid(ulong seed, long index, Func<int[], bool>? accepted = null)
    {
        for (long attempt = FirstGrid; ; attempt++)
        {
            int[] labels = [.. Enumerable.Range(0, 4).Select(cell => Below(PictureSet.Classes, seed, index, cell, attempt))];
            if (accepted is null || accepted(labels)) return labels;
        }
    }

    private static bool IsEven(int digit) => digit % 2 == 0;

    private static int Below(int count, ulong seed, long index, long position, long sample = Once) =>
        (int)(CounterRandom.Uniform(seed, 0, index, sample, position) * count);
}
