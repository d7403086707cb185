using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using TraceGap.Reporting;
using TraceGap.Reporting.Traces;
using TraceGap.Server.Queries;

namespace TraceGap.Server.Http;

/// <summary>The query API over HTTP: reads the query string, asks <see cref="IReportQueries"/>, writes its JSON.</summary>
internal static class ApiEndpoints
{
    private static readonly string[] ReportKeys = ["window", "from", "to", "workflow", "environment", "version", "granularity"];
    private static readonly string[] TraceKeys = [.. ReportKeys[..6], "outcome", "layer", "minDuration", "limit", "cursor"];

    /// <summary>Maps the endpoints under <c>/api/v1</c>.</summary>
    public static void MapApi(this IEndpointRouteBuilder endpoints, IReportQueries queries)
    {
        RouteGroupBuilder api = endpoints.MapGroup("/api/v1").ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status503ServiceUnavailable);

        api.MapGet("/report", (HttpContext context, [AsParameters] ReportParameters parameters) =>
                Answer(context, ReportKeys, () => queries.GetReportAsync(parameters.ToQuery(), context.RequestAborted)))
            .Produces<Report>()
            .WithSummary("Reliability, latency, layers, steps and failures over a window");

        api.MapGet("/workflows", (HttpContext context, [AsParameters] ReportParameters parameters) =>
                Answer(context, ReportKeys, () => queries.ListWorkflowsAsync(parameters.ToQuery(), context.RequestAborted)))
            .Produces<WorkflowList>()
            .WithSummary("The workflows of a window");

        api.MapGet("/traces", (HttpContext context, [AsParameters] TraceParameters parameters) =>
                Answer(context, TraceKeys, () => parameters.TryToQuery(out TracesQuery query)
                    ? queries.ListTracesAsync(query, context.RequestAborted)
                    : ValueTask.FromResult(QueryAnswer.InvalidArgument($"limit: \"{parameters.Limit}\" is no whole number"))))
            .Produces<TraceList>()
            .WithSummary("Matching traces, newest first");

        api.MapGet("/traces/{traceId}", (HttpContext context, string traceId) =>
                Answer(context, [], () => queries.GetTraceAsync(traceId, context.RequestAborted)))
            .Produces<TraceReport>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("One trace: spans, layers, steps, critical path, failure");
    }

    private static async Task Answer(HttpContext context, string[] knownKeys, Func<ValueTask<QueryAnswer>> ask)
    {
        string? unknown = context.Request.Query.Keys.FirstOrDefault(key => !knownKeys.Contains(key, StringComparer.OrdinalIgnoreCase));
        QueryAnswer answer = unknown is null
            ? await ask()
            : QueryAnswer.InvalidArgument($"{unknown}: unknown parameter; known are {string.Join(", ", knownKeys)}");
        await Write(context, answer);
    }

    private static Task Write(HttpContext context, QueryAnswer answer)
    {
        HttpResponse response = context.Response;
        response.Headers.CacheControl = "no-store";
        if (answer.Outcome == QueryOutcome.Answered)
        {
            response.ContentType = "application/json; charset=utf-8";
            response.ContentLength = answer.Json.Length;
            return response.Body.WriteAsync(answer.Json, context.RequestAborted).AsTask();
        }

        response.StatusCode = answer.Outcome switch
        {
            QueryOutcome.NotFound => StatusCodes.Status404NotFound,
            QueryOutcome.Unavailable => StatusCodes.Status503ServiceUnavailable,
            _ => StatusCodes.Status400BadRequest,
        };
        return WriteProblem(response, answer.Error, context.RequestAborted);
    }

    /// <summary>Writes an RFC 9457 problem document with the status that is set.</summary>
    public static Task WriteProblem(HttpResponse response, string detail, CancellationToken cancellationToken)
    {
        response.ContentType = "application/problem+json";
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            json.WriteString("title", Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(response.StatusCode));
            json.WriteNumber("status", response.StatusCode);
            json.WriteString("detail", detail);
            json.WriteEndObject();
        }

        return response.Body.WriteAsync(buffer.ToArray(), cancellationToken).AsTask();
    }

    /// <summary>Query parameters of reports.</summary>
    /// <param name="Window">Length of the window that ends now: <c>15m</c>, <c>1h</c>, <c>7d</c>. Default <c>1h</c>.</param>
    /// <param name="From">Start, RFC 3339 or seconds since the Unix epoch; instead of <c>window</c>, or with it.</param>
    /// <param name="To">End, likewise; default now.</param>
    /// <param name="Workflow">Only this workflow.</param>
    /// <param name="Environment">Only this environment.</param>
    /// <param name="Version">Only this version of the root's service.</param>
    /// <param name="Granularity"><c>step</c> (default) or <c>layer</c>.</param>
    internal readonly record struct ReportParameters(
        [FromQuery] string? Window, [FromQuery] string? From, [FromQuery] string? To, [FromQuery] string? Workflow,
        [FromQuery] string? Environment, [FromQuery] string? Version, [FromQuery] string? Granularity)
    {
        public ReportQuery ToQuery() => new()
        {
            Window = Window,
            From = From,
            To = To,
            Workflow = Workflow,
            Environment = Environment,
            Version = Version,
            Granularity = Granularity,
        };
    }

    /// <summary>Query parameters of trace lists.</summary>
    /// <param name="Window">As for reports.</param>
    /// <param name="From">As for reports.</param>
    /// <param name="To">As for reports.</param>
    /// <param name="Workflow">Only this workflow.</param>
    /// <param name="Environment">Only this environment.</param>
    /// <param name="Version">Only this version of the root's service.</param>
    /// <param name="Outcome"><c>ok</c>, <c>failed</c>, <c>cancelled</c>, <c>unknown</c> or <c>open</c>.</param>
    /// <param name="Layer">Only traces whose failure lies in this layer.</param>
    /// <param name="MinDuration">Only traces that took at least so long: <c>500ms</c>, <c>2s</c>.</param>
    /// <param name="Limit">At most so many, 1 to 1000; default 50.</param>
    /// <param name="Cursor"><c>nextCursor</c> of the answer before.</param>
    internal readonly record struct TraceParameters(
        [FromQuery] string? Window, [FromQuery] string? From, [FromQuery] string? To, [FromQuery] string? Workflow,
        [FromQuery] string? Environment, [FromQuery] string? Version, [FromQuery] string? Outcome, [FromQuery] string? Layer,
        [FromQuery] string? MinDuration, [FromQuery] string? Limit, [FromQuery] string? Cursor)
    {
        public bool TryToQuery(out TracesQuery query)
        {
            int limit = 0;
            bool read = Limit is null || int.TryParse(Limit, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out limit);
            query = new TracesQuery
            {
                Window = Window,
                From = From,
                To = To,
                Workflow = Workflow,
                Environment = Environment,
                Version = Version,
                Outcome = Outcome,
                Layer = Layer,
                MinDuration = MinDuration,
                Limit = Limit is null ? null : limit,
                Cursor = Cursor,
            };
            return read;
        }
    }
}
