using System.Text.Json;

namespace RIL.Web.Datasets;

/// <summary>Reads what an upload's address answered.</summary>
internal static class UploadAnswer
{
    /// <summary>The body as JSON; null where it is none, for instance a proxy's page.</summary>
    public static JsonDocument? Parse(string body)
    {
        try
        {
            return JsonDocument.Parse(body);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Why it was refused.</summary>
    public static string Sentence(JsonDocument? json, int status) =>
        json?.RootElement is { ValueKind: JsonValueKind.Object } problem && problem.TryGetProperty("detail", out JsonElement detail) && detail.GetString() is { Length: > 0 } sentence ? sentence
        : status == 413 ? "The file is larger than a proxy before this site allows; ask an administrator."
        : $"The upload was refused (HTTP {status}); nothing was stored.";
}
