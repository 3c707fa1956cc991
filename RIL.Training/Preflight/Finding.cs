using System.Text.Json.Serialization;

namespace RIL.Training.Preflight;

/// <summary>What a finding means for the run.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FindingKind>))]
public enum FindingKind
{
    /// <summary>The run does not start.</summary>
    [JsonStringEnumMemberName("error")]
    Error,

    /// <summary>The run starts, and what it does is seldom meant.</summary>
    [JsonStringEnumMemberName("warning")]
    Warning,

    /// <summary>Worth knowing.</summary>
    [JsonStringEnumMemberName("information")]
    Information,
}

/// <summary>Something that was found before training.</summary>
/// <param name="Kind">What it means for the run.</param>
/// <param name="Subject">What was looked at: settings, output, checkpoint, data, judge, teachers.</param>
/// <param name="What">What is the case.</param>
/// <param name="Where">Key, file, row or tensor; null where <paramref name="What"/> says it.</param>
/// <param name="Expected">What would be right.</param>
/// <param name="Remedy">What to do, as a sentence.</param>
public sealed record Finding(FindingKind Kind, string Subject, string What, string? Where = null, string? Expected = null,
    string? Remedy = null)
{
    /// <summary>Everything in one sentence or two.</summary>
    public string Sentence
    {
        get
        {
            string what = (Where is null ? "" : Where + ": ") + What.TrimEnd('.') + (Expected is null ? "." : $"; expected {Expected}.");
            return Remedy is null ? what : $"{what} {Remedy}";
        }
    }
}
