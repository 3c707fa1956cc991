namespace RIL.Web.Charts;

/// <summary>What a metric is, for people.</summary>
/// <param name="Name">Its name as TRL writes it.</param>
/// <param name="Title">What it is called on pages.</param>
/// <param name="Sentence">What it says, in a sentence; empty where nobody knows.</param>
/// <param name="Unit">Unit; <c>share</c> is shown in percent; empty for plain numbers.</param>
/// <param name="HigherIsBetter">Whether higher is better; null where neither is.</param>
/// <param name="Section">Heading under which its chart stands.</param>
/// <param name="Order">Place among all metrics: what matters most comes first.</param>
public sealed record MetricInfo(string Name, string Title, string Sentence, string Unit, bool? HigherIsBetter, string Section, int Order)
{
    /// <summary>Whether it is a share of one, shown in percent.</summary>
    public bool IsShare => Unit == "share";

    /// <summary>Sentence, and which way is better: a hover text.</summary>
    public string Hint => (Sentence + HigherIsBetter switch { true => " Higher is better.", false => " Lower is better.", _ => "" }).Trim();

    /// <summary>A value as pages write it, with its unit.</summary>
    public string Say(double? value) => Unit switch
    {
        "share" => Controls.Say.Percent(value),
        "" => Controls.Say.Number(value),
        _ => value is null ? Controls.Say.Number(value) : $"{Controls.Say.Number(value)} {Unit}",
    };
}
