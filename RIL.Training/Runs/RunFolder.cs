namespace RIL.Training.Runs;

/// <summary>Where things lie in a run folder.</summary>
/// <param name="Root">The folder.</param>
public sealed record RunFolder(string Root)
{
    /// <summary>The configuration with every setting.</summary>
    public string Config => Path.Combine(Root, "config.json");

    /// <summary>The events, one a line.</summary>
    public string Events => Path.Combine(Root, "events.jsonl");

    /// <summary>TensorBoard's event files.</summary>
    public string TensorBoard => Path.Combine(Root, "tensorboard");

    /// <summary>The trained student as a Hugging Face checkpoint, once the run is complete.</summary>
    public string Student => Path.Combine(Root, "student");

    /// <summary>Name of a step's completions, relative to the folder and with forward slashes.</summary>
    public static string Completions(long step) => string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $"completions/completions_{step:D5}.parquet");
}
