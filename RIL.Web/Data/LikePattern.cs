namespace RIL.Web.Data;

/// <summary>What people type, as patterns of LIKE with the escape sign \: their letters stand for themselves.</summary>
internal static class LikePattern
{
    /// <summary>The sign before letters that would otherwise mean something.</summary>
    public const string Escape = "\\";

    /// <summary>The text itself.</summary>
    public static string Literal(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);

    /// <summary>Anything in which the text occurs.</summary>
    public static string Containing(string text) => $"%{Literal(text)}%";
}
