namespace RIL.Training.Models.Qwen2_5_Vl;

/// <summary>The one place that knows where published checkpoints name weights otherwise than transformers' module tree does.</summary>
internal static class Qwen2_5_VlWeightNames
{
    private const string Language = "model.language_model.", Vision = "model.visual.";

    /// <summary>Name in a file: <c>model.layers…</c>, <c>visual.blocks…</c>, <c>lm_head.weight</c>.</summary>
    public static string ToFile(string name) =>
        name.StartsWith(Language, StringComparison.Ordinal) ? "model." + name[Language.Length..]
        : name.StartsWith(Vision, StringComparison.Ordinal) ? "visual." + name[Vision.Length..]
        : name;

    /// <summary>Module name of a name in a file, which may itself be a module name.</summary>
    public static string FromFile(string name) =>
        name.StartsWith(Language, StringComparison.Ordinal) || name.StartsWith(Vision, StringComparison.Ordinal) ? name
        : name.StartsWith("visual.", StringComparison.Ordinal) ? Vision + name["visual.".Length..]
        : name.StartsWith("model.", StringComparison.Ordinal) ? Language + name["model.".Length..]
        : name;
}
