using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using RIL.Training;

namespace RIL.Web.Api;

/// <summary>Refusals and faults as problem details (RFC 9457): each says in a sentence what to do.</summary>
public static class ProblemOf
{
    // SQLite's codes for a writer whose patience ended.
    private const int Busy = 5, Locked = 6;

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
        Exception? error = context.Features.Get<IExceptionHandlerFeature>()?.Error;
        return error is BadHttpRequestException bad
            ? TypedResults.Problem(Reason(bad), title: "The request cannot be read", statusCode: bad.StatusCode).ExecuteAsync(context)
            : TypedResults.Problem("A fault of the program; nothing was changed. The site's log has the details.", title: "Fault", statusCode: StatusCodes.Status500InternalServerError).ExecuteAsync(context);
    }

    internal static Task Status(StatusCodeContext context)
    {
        HttpResponse response = context.HttpContext.Response;
        string sentence = response.StatusCode switch
        {
            StatusCodes.Status400BadRequest => "The request cannot be read; compare it with /openapi/v1.json.",
            StatusCodes.Status401Unauthorized => "Sign in, or send a personal token: Authorization: Bearer ril_…",
            StatusCodes.Status403Forbidden => "Your role or the token's scope does not allow this.",
            StatusCodes.Status404NotFound => "There is nothing at this address.",
            StatusCodes.Status405MethodNotAllowed => "This address does not answer to that method.",
            StatusCodes.Status415UnsupportedMediaType => "Send JSON: Content-Type: application/json.",
            StatusCodes.Status429TooManyRequests => "Too many attempts; wait a minute.",
            _ => ReasonPhrases.GetReasonPhrase(response.StatusCode) + ".",
        };
        return TypedResults.Problem(sentence, title: ReasonPhrases.GetReasonPhrase(response.StatusCode), statusCode: response.StatusCode).ExecuteAsync(context.HttpContext);
    }

    private static string Reason(BadHttpRequestException e) =>
        e.InnerException is System.Text.Json.JsonException json ? $"The body is not the JSON that is expected (at {json.Path ?? "the start"}, line {json.LineNumber + 1}); see /openapi/v1.json." : e.Message;
}
