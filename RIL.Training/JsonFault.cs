using System.Text.Json;

namespace RIL.Training;

/// <summary>What is wrong with a JSON text, in words for whoever wrote it.</summary>
public static class JsonFault
{
    private static readonly string[] PlaceWords = [" Path: ", " LineNumber: "];

    /// <summary>
    /// The parser's reason and where it stands, counted from 1: <c>'nul' is an invalid JSON literal, at byte 4</c>; the line where there
    /// are several.
    /// </summary>
    public static string Of(JsonException fault)
    {
        int end = PlaceWords.Select(w => fault.Message.IndexOf(w, StringComparison.Ordinal)).Where(at => at >= 0)
            .DefaultIfEmpty(fault.Message.Length).Min();
        string reason = fault.Message[..end].TrimEnd('.', ' ');
        if (fault.BytePositionInLine is not { } position) return reason;
        return fault.LineNumber is > 0 and { } line ? $"{reason}, at line {line + 1}, byte {position + 1}"
            : $"{reason}, at byte {position + 1}";
    }
}
