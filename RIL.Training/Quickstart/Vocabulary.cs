namespace RIL.Training.Quickstart;

/// <summary>The words of the quickstart: what is in the pictures, what it costs, where it is.</summary>
internal static class Vocabulary
{
    /// <summary>Asks for the long form when it follows the question.</summary>
    public const string Explain = "explain";

    /// <summary>The answer stands behind the last of these.</summary>
    public const string AnswerMarker = "answer :";

    /// <summary>Words of the ten classes of clothing, in the order of the labels.</summary>
    public static readonly string[] Clothes = ["tee", "trousers", "pullover", "dress", "coat", "sandal", "shirt",
        "sneaker", "bag", "boot"];

    /// <summary>What each class costs.</summary>
    public static readonly int[] Prices = [2, 5, 4, 8, 9, 1, 3, 6, 7, 0];

    /// <summary>Cells in reading order.</summary>
    public static readonly string[] Cells = ["top left", "top right", "bottom left", "bottom right"];

    /// <summary>Pairs of cells that can be added up.</summary>
    public static readonly (string Name, int First, int Second)[] Lines = [("top row", 0, 1), ("bottom row", 2, 3), ("left column", 0, 2),
        ("right column", 1, 3)];

    public static bool IsShoe(int label) => Clothes[label] is "sandal" or "sneaker" or "boot";

    public static bool IsTop(int label) => Clothes[label] is "tee" or "pullover" or "coat" or "shirt";
}
