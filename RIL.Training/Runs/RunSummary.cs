using System.Text.Json.Serialization;

namespace RIL.Training.Runs;

/// <summary>How a model did on the held-out questions.</summary>
/// <param name="Model">before (untrained), sft, ril, or a teacher's name.</param>
/// <param name="Accuracy">Share of right answers among those that the judge could decide, 0 to 1; null where it could decide none.</param>
/// <param name="ByType">The same by question type.</param>
/// <param name="Questions">Questions asked.</param>
/// <param name="MeanLength">Mean length of the answers in tokens; null without answers.</param>
/// <param name="Judged">Questions whose answers the judge could decide; null in summaries from before it was counted.</param>
public sealed record ModelAccuracy(string Model, double? Accuracy, IReadOnlyDictionary<string, double> ByType, int Questions,
    double? MeanLength = null, int? Judged = null)
{
    /// <summary>Questions that the judge could not decide.</summary>
    [JsonIgnore]
    public int Undecided => Questions - (Judged ?? Questions);
}

/// <summary>What a run came to: the closing table.</summary>
/// <param name="Evaluations">The models in the order of the table.</param>
/// <param name="Student">Folder of the trained student, relative to the run folder.</param>
public sealed record RunSummary(IReadOnlyList<ModelAccuracy> Evaluations, string? Student = null);
