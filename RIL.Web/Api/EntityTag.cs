using Microsoft.Net.Http.Headers;

namespace RIL.Web.Api;

/// <summary>Tags of answers that a client may keep.</summary>
internal static class EntityTag
{
    /// <summary>Tags the answer, which is to be asked for again each time; says whether the client names the tag among those that it has.</summary>
    public static bool IsKnown(HttpContext http, string tag)
    {
        http.Response.Headers.ETag = tag;
        http.Response.Headers.CacheControl = "private, no-cache";
        var current = new EntityTagHeaderValue(tag);
        return http.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(current, useStrongComparison: false));
    }
}
