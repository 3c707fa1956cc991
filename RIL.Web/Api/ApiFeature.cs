using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace RIL.Web.Api;

/// <summary>What all REST endpoints share: names in snake_case, refusals as problem details, the OpenAPI document and its page.</summary>
public static class ApiFeature
{
    /// <summary>Path of every endpoint of this version.</summary>
    public const string Root = "/api/v1";

    /// <summary>Registers JSON names, problem details and the OpenAPI document.</summary>
    public static void AddApi(this WebApplicationBuilder builder)
    {
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            Configure(json.SerializerOptions);
            json.SerializerOptions.AllowDuplicateProperties = false;
        });
        builder.Services.AddProblemDetails();
        // Thrown, what cannot be read reaches ProblemOf.Fault and is told to the caller; the log has no use for it.
        builder.Services.Configure<RouteHandlerOptions>(handlers => handlers.ThrowOnBadRequest = true);
        builder.Services.AddOpenApi("v1", options =>
        {
            options.AddDocumentTransformer((document, _, _) => Describe(document));
            options.AddSchemaTransformer((schema, context, _) => PlainNumbers(schema, context.JsonTypeInfo.Type));
            options.ShouldInclude = endpoint => endpoint.RelativePath?.StartsWith("api/", StringComparison.Ordinal) == true;
        });
    }

    /// <summary>The names and forms of JSON in REST.</summary>
    public static void Configure(JsonSerializerOptions json)
    {
        json.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        json.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower));
        json.NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals;
    }

    /// <summary>Errors of REST are problem details with a sentence, never a page.</summary>
    public static void UseApi(this WebApplication app) => app.UseWhen(
        context => context.Request.Path.StartsWithSegments("/api"),
        api =>
        {
            api.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = ProblemOf.Fault, SuppressDiagnosticsCallback = fault => fault.Exception is BadHttpRequestException });
            api.UseStatusCodePages(ProblemOf.Status);
        });

    /// <summary>Maps the OpenAPI document, which holds no data and may be read by anybody, and the page to browse it.</summary>
    public static void MapApi(this WebApplication app)
    {
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        app.MapScalarApiReference("/api/docs", docs => docs.WithTitle("RIL REST").WithOpenApiRoutePattern("/openapi/v1.json").DisableDefaultFonts().DisableAgent()).AllowAnonymous();
    }

    /// <summary>A group of endpoints below <see cref="Root"/>, whose refusals are problem details.</summary>
    /// <param name="app">The site.</param>
    /// <param name="path">Path below the root, e.g. <c>runs</c>; also the heading in the document.</param>
    public static RouteGroupBuilder MapApiGroup(this WebApplication app, string path) =>
        app.MapGroup($"{Root}/{path}").WithTags(path).AddEndpointFilter(ProblemOf.Input).WithMetadata([.. Refusals]);

    // What any of them may answer besides what its type says.
    private static readonly ProducesResponseTypeMetadata[] Refusals =
    [
        .. from status in (int[])[400, 401, 403, 404, 409, 415, 422, 429, 503]
           select new ProducesResponseTypeMetadata(status, typeof(ProblemDetails), ["application/problem+json"]),
    ];

    /// <summary>Says in the document that an endpoint answers with a file.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="contentType">Its media type; the others that it may be follow.</param>
    /// <param name="more">Further media types.</param>
    public static RouteHandlerBuilder ProducesFile(this RouteHandlerBuilder endpoint, string contentType, params string[] more) => endpoint.Produces<Stream>(StatusCodes.Status200OK, contentType, more);

    // A number of which the serializer could also say NaN is an object in the generated schema; to clients it is a number.
    private static Task PlainNumbers(OpenApiSchema schema, Type type)
    {
        Type plain = Nullable.GetUnderlyingType(type) ?? type;
        if (plain != typeof(double) && plain != typeof(float)) return Task.CompletedTask;
        schema.AnyOf = null;
        schema.Type = plain == type ? JsonSchemaType.Number : JsonSchemaType.Number | JsonSchemaType.Null;
        return Task.CompletedTask;
    }

    private static Task Describe(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "RIL",
            Version = "v1",
            Description = "Configure, start, watch and steer training runs. Sign in with a personal token: `Authorization: Bearer ril_…` (Account page). Names are snake_case; settings and metrics have TRL's names; refusals are problem details.",
        };
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
        document.Components.SecuritySchemes["token"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "A personal token of the Account page." };
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("token", document)] = [] }];
        return Task.CompletedTask;
    }
}
