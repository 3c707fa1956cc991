using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace RIL.Web.Api;

/// <summary>Tags of answers that a client may keep.</summary>
internal static class EntityTag
{
    private const int HashCharacters = 32;

    /// <summary>Tags the answer, which is to be asked for again each time; says whether the client names the tag among those that it has.</summary>
    public static bool IsKnown(HttpContext http, string tag)
    {
        http.Response.Headers.ETag = tag;
        http.Response.Headers.CacheControl = "private, no-cache";
        var current = new EntityTagHeaderValue(tag);
        return http.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(current, useStrongComparison: false));
    }

    /// <summary>Answers with what has no version of its own, under the hash of its content, or says that the client has it.</summary>
    public static Results<Ok<T>, StatusCodeHttpResult> Answer<T>(HttpContext http, T content)
    {
        JsonSerializerOptions json = http.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        string hash = Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(content, json)))[..HashCharacters];
        return IsKnown(http, $"\"{hash}\"") ? TypedResults.StatusCode(StatusCodes.Status304NotModified) : TypedResults.Ok(content);
    }
}
