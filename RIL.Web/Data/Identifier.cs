using System.Security.Cryptography;

namespace RIL.Web.Data;

/// <summary>Identifiers of runs, data sets, teachers and models: ten letters and digits without look-alikes, safe in URLs and as folder names.</summary>
public static class Identifier
{
    private const string Alphabet = "abcdefghjkmnpqrstvwxyz23456789";
    private const int Length = 10;

    /// <summary>A new random identifier (49 bits).</summary>
    public static string Create() => RandomNumberGenerator.GetString(Alphabet, Length);

    /// <summary>Whether a text has the form of an identifier.</summary>
    public static bool IsValid(string? text) => text is { Length: Length } && text.All(c => Alphabet.Contains(c, StringComparison.Ordinal));
}
