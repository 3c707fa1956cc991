using RIL.Training.Configuration;

namespace RIL.Web.Runs;

/// <summary>What stages are called on pages and in sentences.</summary>
public static class StageWords
{
    /// <summary>A stage as people call it.</summary>
    public static string Of(string? stage) => stage switch
    {
        "sft" => "SFT",
        "teachers" => "Teachers",
        "discriminator" => "Discriminator",
        "evaluation" => "Evaluate",
        null => "",
        _ => PolicyNames.Title(stage) ?? stage,
    };
}
