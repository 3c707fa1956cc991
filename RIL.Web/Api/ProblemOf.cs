using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using RIL.Training;

namespace RIL.Web.Api;

/// <summary>Refusals and faults as problem details (RFC 9457): each says in a sentence what to do.</summary>
public static partial class ProblemOf
{
    // SQLite's codes for a writer whose patience ended.
    private const int Busy = 5, Locked = 6;
    private const int LongestKey = 60;

    /// <summary>The request is understood, and its content cannot be used; one sentence a line of the message.</summary>
    public static ProblemHttpResult Unusable(string message) => TypedResults.Problem(
        message, title: "This cannot be used", statusCode: StatusCodes.Status422UnprocessableEntity,
        extensions: new Dictionary<string, object?> { ["errors"] = message.Split('\n') });

    /// <summary>The thing is not in a state in which that can be done.</summary>
    public static ProblemHttpResult Conflict(string sentence) => TypedResults.Problem(sentence, title: "Not now", statusCode: StatusCodes.Status409Conflict);

    /// <summary>There is no such thing.</summary>
    public static ProblemHttpResult Missing(string what, string id) => TypedResults.Problem($"There is no {what} '{id}'; it may have been purged.", title: "Not found", statusCode: StatusCodes.Status404NotFound);

    internal static async ValueTask<object?> Input(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (InputException e)
        {
            return Unusable(e.Message);
        }
        catch (DbUpdateConcurrencyException)
        {
            return Conflict("Somebody else changed it at the same moment; read it again and repeat the request.");
        }
        catch (Exception e) when ((e as SqliteException ?? e.InnerException as SqliteException)?.SqliteErrorCode is Busy or Locked)
        {
            return TypedResults.Problem("Something else has been writing to the database for too long; nothing was changed, repeat the request in a minute.", title: "Busy", statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }

    internal static Task Fault(HttpContext context)
    {
        IExceptionHandlerFeature? fault = context.Features.Get<IExceptionHandlerFeature>();
        return fault?.Error is BadHttpRequestException bad
            ? TypedResults.Problem(Reason(bad, fault.Endpoint, context), title: "The request cannot be read", statusCode: bad.StatusCode).ExecuteAsync(context)
            : TypedResults.Problem("A fault of the program; nothing was changed. The site's log has the details.", title: "Fault", statusCode: StatusCodes.Status500InternalServerError).ExecuteAsync(context);
    }

    internal static Task Status(StatusCodeContext context)
    {
        HttpResponse response = context.HttpContext.Response;
        return TypedResults.Problem(Sentence(response.StatusCode), title: ReasonPhrases.GetReasonPhrase(response.StatusCode), statusCode: response.StatusCode).ExecuteAsync(context.HttpContext);
    }

    /// <summary>A refusal outside the endpoints: the sentence alone to whoever looks at it in a browser, a problem to a program.</summary>
    internal static Task Refuse(HttpContext context, int status, string sentence)
    {
        context.Response.StatusCode = status;
        bool page = context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
        if (!page) return TypedResults.Problem(sentence, title: ReasonPhrases.GetReasonPhrase(status), statusCode: status).ExecuteAsync(context);
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(sentence, context.RequestAborted);
    }

    private static string Sentence(int status) => status switch
    {
        StatusCodes.Status400BadRequest => "The request cannot be read; compare it with /openapi/v1.json.",
        StatusCodes.Status401Unauthorized => "Sign in, or send a personal token: Authorization: Bearer ril_…",
        StatusCodes.Status403Forbidden => "Your role or the token's scope does not allow this.",
        StatusCodes.Status404NotFound => "There is nothing at this address.",
        StatusCodes.Status405MethodNotAllowed => "This address does not answer to that method.",
        StatusCodes.Status415UnsupportedMediaType => "Send JSON: Content-Type: application/json.",
        StatusCodes.Status412PreconditionFailed => "It was changed since the version that If-Match names; read it again and repeat the request.",
        StatusCodes.Status429TooManyRequests => "Too many attempts; wait a minute.",
        _ => ReasonPhrases.GetReasonPhrase(status) + ".",
    };

    private static string Reason(BadHttpRequestException e, Endpoint? endpoint, HttpContext context)
    {
        if (e.StatusCode == StatusCodes.Status415UnsupportedMediaType) return Sentence(e.StatusCode);
        if (e.InnerException is not JsonException json) return e.Message;
        string place = $"at {json.Path ?? "the start"}, line {json.LineNumber + 1}";
        // The serializer names the key in its message alone.
        if (UnknownKey().Match(json.Message) is not { Success: true } unknown || endpoint?.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType is not { } type)
            return $"The body is not the JSON that is expected ({place}); see /openapi/v1.json.";
        string key = unknown.Groups[1].Value[..Math.Min(unknown.Groups[1].Length, LongestKey)];
        string[] known = [.. context.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions.GetTypeInfo(type).Properties.Select(p => p.Name)];
        return $"The body has the unknown key '{key}' ({place}); expected {string.Join(", ", known)}, and '{Nearest.To(key, known)}' is the nearest.";
    }

    [GeneratedRegex("^The JSON property '(.*)' could not be mapped to any .NET member", RegexOptions.Singleline)]
    private static partial Regex UnknownKey();
}
