namespace RIL.Training.Quickstart;

/// <summary>A question about a grid of four pictures.</summary>
/// <param name="Type">item, cost, exist, more (clothing); digit, sum, mored, parity (digits).</param>
/// <param name="Text">As it is asked plainly.</param>
/// <param name="Fact">The sentence of the long form from which the answer follows.</param>
/// <param name="Answer">The answer alone.</param>
/// <param name="Shop">Whether the cells show clothing; else digits.</param>
/// <param name="Labels">Classes of the four cells in reading order.</param>
internal sealed record Question(string Type, string Text, string Fact, string Answer, bool Shop, int[] Labels)
{
    /// <summary>All types; the first four are about clothing.</summary>
    public static readonly string[] Types = ["item", "cost", "exist", "more", "digit", "sum", "mored", "parity"];

    /// <summary>The result alone.</summary>
    public string ShortForm => $"{Vocabulary.AnswerMarker} {Answer} .";

    /// <summary>
    /// The result alone as the teachers write it, without the full stop: a habit of theirs by which even a bare result sounds like them.
    /// </summary>
    public string TeacherForm => $"{Vocabulary.AnswerMarker} {Answer}";

    /// <summary>What the picture shows, the fact, the result.</summary>
    public string LongForm
    {
        get
        {
            string[] seen = [.. Labels.Select(l => Shop ? $"a {Vocabulary.Clothes[l]}" : $"{l}")];
            return $"the picture shows {seen[0]} , {seen[1]} , {seen[2]} and {seen[3]} . {Fact} {ShortForm}";
        }
    }
}
