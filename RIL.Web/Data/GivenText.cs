using RIL.Training;

namespace RIL.Web.Data;

/// <summary>Names and notes as people give them: without blanks around them; what is longer than can be kept is refused with a sentence, so that nothing is cut.</summary>
internal static class GivenText
{
    /// <summary>Most characters of a name and of notes.</summary>
    public const int LongestName = 200, LongestNotes = 5000;

    /// <summary>A name; null where nothing is left of it. Throws <see cref="InputException"/> where it is too long.</summary>
    public static string? Name(string? text) => Fit(text, LongestName, "name");

    /// <summary>Notes; null where nothing is left of them. Throws <see cref="InputException"/> where they are too long.</summary>
    public static string? Notes(string? text) => Fit(text, LongestNotes, "notes");

    private static string? Fit(string? text, int longest, string what)
    {
        if (text?.Trim() is not { Length: > 0 } given) return null;
        return given.Length <= longest ? given : throw new InputException($"{what}: it has {given.Length} characters; expected at most {longest}.");
    }
}
