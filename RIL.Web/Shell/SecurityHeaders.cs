using RIL.Web.Api;

namespace RIL.Web.Shell;

/// <summary>
/// Tells browsers what a page of this site may do (no foreign scripts, frames or targets), and refuses changes that another site's page asks for in a signed-in
/// person's name.
/// </summary>
internal sealed class SecurityHeaders(RequestDelegate next)
{
    private const string Common = "default-src 'self'; img-src 'self' data: blob:; font-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; connect-src 'self'; style-src 'self' 'unsafe-inline'; ";

    // The page of the REST document, which other people wrote, brings scripts inside it. The job queue's page does not: it is held to the rule of our own.
    private static readonly string[] WithInlineScripts = ["/api/docs"];

    public Task Invoke(HttpContext context)
    {
        IHeaderDictionary headers = context.Response.Headers;
        bool inline = WithInlineScripts.Any(path => context.Request.Path.StartsWithSegments(path));
        headers.ContentSecurityPolicy = Common + (inline ? "script-src 'self' 'unsafe-inline' 'unsafe-eval'" : "script-src 'self'");
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=(), usb=()";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        if (!IsForeign(context.Request)) return next(context);
        return ProblemOf.Refuse(context, StatusCodes.Status403Forbidden, "This request came from another site's page and was refused.");
    }

    // A web socket is a change too: whoever opens one can steer. Programs send no Origin.
    private static bool IsForeign(HttpRequest request)
    {
        bool changes = !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method) || HttpMethods.IsTrace(request.Method));
        bool opens = request.Path.StartsWithSegments("/hubs") || request.Path.StartsWithSegments("/_blazor");
        if (!changes && !opens) return false;
        if (request.Headers["Sec-Fetch-Site"] is [{ } site] && site is "cross-site" or "same-site") return true;
        string? origin = request.Headers.Origin;
        return !string.IsNullOrEmpty(origin) && !string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);
    }
}
