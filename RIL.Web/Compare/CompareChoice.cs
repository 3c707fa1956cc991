using RIL.Web.Data;

namespace RIL.Web.Compare;

/// <summary>The runs that an address names.</summary>
/// <param name="Ids">Their identifiers, each once, in the order of the address.</param>
/// <param name="LeftOut">How many there were beyond the most that fit side by side.</param>
/// <param name="Unreadable">What is no identifier of a run.</param>
public sealed record CompareChoice(IReadOnlyList<string> Ids, int LeftOut, IReadOnlyList<string> Unreadable)
{
    /// <summary>The most runs that are shown side by side.</summary>
    public const int Most = 10;

    /// <summary>Reads <c>a,b,c</c>.</summary>
    public static CompareChoice Read(string? text)
    {
        string[] words = [.. (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal)];
        string[] ids = [.. words.Where(Identifier.IsValid)];
        return new CompareChoice([.. ids.Take(Most)], Math.Max(0, ids.Length - Most), [.. words.Where(w => !Identifier.IsValid(w))]);
    }
}
