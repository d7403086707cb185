using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using TraceGap.Reporting;
using TraceGap.Reporting.Alerts;
using TraceGap.Reporting.Traces;
using TraceGap.Server.Queries;

namespace TraceGap.Server.Http;

/// <summary>The query API over HTTP: reads the query string, asks <see cref="IReportQueries"/>, writes its JSON.</summary>
internal static class ApiEndpoints
{
    private const int MaxQuestionBytes = 64 * 1024;

    private static readonly string[] ReportKeys = ["window", "from", "to", "workflow", "environment", "version", "granularity"];
    private static readonly string[] CostKeys = ReportKeys[..6];
    private static readonly string[] CompareKeys = [.. ReportKeys, "againstFrom", "againstTo", "againstEnvironment", "againstVersion"];
    private static readonly string[] SeriesKeys = [.. ReportKeys, "metric", "step", "by"];
    private static readonly string[] SampleKeys = [.. ReportKeys[..6], "sample"];
    private static readonly string[] TraceKeys = [.. ReportKeys[..6], "outcome", "layer", "step", "errorType", "minDuration", "maxDuration", "attribute", "limit", "cursor"];

    /// <summary>Maps the endpoints under <c>/api/v1</c>.</summary>
    /// <param name="endpoints">Where to.</param>
    /// <param name="queries">Answers the questions.</param>
    /// <param name="testAlerts">Tries the receivers of alerts.</param>
    public static void MapApi(this IEndpointRouteBuilder endpoints, IReportQueries queries, Func<CancellationToken, Task<AlertTest>> testAlerts)
    {
        RouteGroupBuilder api = endpoints.MapGroup("/api/v1").ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status503ServiceUnavailable);

        api.MapGet("/report", (HttpContext context, [AsParameters] ReportParameters parameters) =>
                Answer(context, ReportKeys, () => queries.GetReportAsync(parameters.ToQuery(), context.RequestAborted)))
            .Produces<Report>()
            .WithSummary("Reliability, latency, layers, steps and failures over a window");

        api.MapGet("/costs", (HttpContext context, [AsParameters] CostParameters parameters) =>
                Answer(context, CostKeys, () => queries.GetCostsAsync(parameters.ToQuery(), context.RequestAborted)))
            .Produces<CostReport>()
            .WithSummary("Tokens and costs by layer and model, and what was spent in vain");

        api.MapGet("/workflows", (HttpContext context, [AsParameters] ReportParameters parameters) =>
                Answer(context, ReportKeys, () => queries.ListWorkflowsAsync(parameters.ToQuery(), context.RequestAborted)))
            .Produces<WorkflowList>()
            .WithSummary("The workflows of a window");

        api.MapGet("/filters", (HttpContext context, [AsParameters] CostParameters parameters) =>
                Answer(context, CostKeys, () => queries.ListFiltersAsync(parameters.ToQuery(), context.RequestAborted)))
            .Produces<FilterList>()
            .WithSummary("The workflows, environments and versions that a window has traces of: what the other questions can be narrowed to");

        api.MapGet("/compare", (HttpContext context, [AsParameters] CompareParameters parameters) =>
                Answer(context, CompareKeys, () => queries.CompareAsync(parameters.ToQuery(), context.RequestAborted)))
            .Produces<Comparison>()
            .WithSummary("Two periods, versions or environments side by side");

        api.MapGet("/sensitivity", (HttpContext context, [AsParameters] ReportParameters parameters) =>
                Answer(context, ReportKeys, () => queries.GetSensitivityAsync(parameters.ToQuery(), context.RequestAborted)))
            .Produces<SensitivityReport>()
            .WithSummary("Which step buys most: reliability if one step or layer never failed");

        api.MapGet("/dependence", (HttpContext context, [AsParameters] ReportParameters parameters) =>
                Answer(context, ReportKeys, () => queries.GetDependenceAsync(parameters.ToQuery(), context.RequestAborted)))
            .Produces<DependenceReport>()
            .WithSummary("Which failures come together, when in a run they come, and what trying again gained");

        api.MapGet("/timeseries", (HttpContext context, [AsParameters] SeriesParameters parameters) =>
                Answer(context, SeriesKeys, () => queries.GetTimeSeriesAsync(parameters.ToQuery(), context.RequestAborted)))
            .Produces<TimeSeries>()
            .WithSummary("Figures over time");

        api.MapGet("/concurrency", (HttpContext context, [AsParameters] ReportParameters parameters) =>
                Answer(context, ReportKeys, () => queries.GetConcurrencyAsync(parameters.ToQuery(), context.RequestAborted)))
            .Produces<ConcurrencyReport>()
            .WithSummary("Latency against requests in flight, and where requests begin to queue");

        api.MapGet("/coverage", (HttpContext context, [AsParameters] SampleParameters parameters) =>
                Answer(context, SampleKeys, () => parameters.TryToQuery(out SampledQuery query)
                    ? queries.GetCoverageAsync(query, context.RequestAborted)
                    : ValueTask.FromResult(NoNumber(parameters))))
            .Produces<CoverageReport>()
            .WithSummary("Which rules decided the layers of spans and of path time, and what has none");

        api.MapGet("/alerts", (HttpContext context, CancellationToken stop) => Answer(context, [], () => queries.ListAlertsAsync(stop)))
            .Produces<AlertList>()
            .WithSummary("Where alerts stand, and what was told of them");

        api.MapPost("/alerts/test", (HttpContext context, CancellationToken stop) =>
                Answer(context, [], async () => QueryAnswer.Answered(AlertJson.WriteUtf8(await testAlerts(stop)))))
            .Produces<AlertTest>()
            .WithSummary("Sends a test notification to every receiver, and tells how each answered");

        api.MapPost("/whatif", (HttpContext context, [AsParameters] SampleParameters parameters) => Answer(context, SampleKeys, () => WhatIfAsync(context, parameters, queries)))
            .Accepts<WhatIfRequest>("application/json")
            .Produces<WhatIfReport>()
            .WithSummary("Latency and reliability before and after changes: faster, in parallel, left out, retried, checked, with a fallback");

        api.MapGet("/quality", (HttpContext context, [AsParameters] CostParameters parameters) =>
                Answer(context, CostKeys, () => queries.GetQualityAsync(parameters.ToQuery(), context.RequestAborted)))
            .Produces<QualityReport>()
            .WithSummary("What is odd about the latest 200 traces of a window: orphans, clock skew, late spans, missing roots");

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

    private static async ValueTask<QueryAnswer> WhatIfAsync(HttpContext context, SampleParameters parameters, IReportQueries queries)
    {
        if (!parameters.TryToQuery(out SampledQuery query))
        {
            return NoNumber(parameters);
        }

        byte[] question = new byte[MaxQuestionBytes + 1];
        int length = await context.Request.Body.ReadAtLeastAsync(question, question.Length, throwOnEndOfStream: false, context.RequestAborted);
        return length > MaxQuestionBytes
            ? QueryAnswer.InvalidArgument($"the question: is longer than {MaxQuestionBytes} bytes")
            : await queries.WhatIfAsync(query, question.AsMemory(0, length), context.RequestAborted);
    }

    private static QueryAnswer NoNumber(SampleParameters parameters) => QueryAnswer.InvalidArgument($"sample: \"{parameters.Sample}\" is no whole number");

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

    /// <summary>Query parameters of comparisons. Without any of the last four the other side is the period before.</summary>
    /// <param name="Window">As for reports.</param>
    /// <param name="From">As for reports.</param>
    /// <param name="To">As for reports.</param>
    /// <param name="Workflow">Only this workflow, on both sides.</param>
    /// <param name="Environment">Only this environment.</param>
    /// <param name="Version">Only this version of the root's service.</param>
    /// <param name="Granularity"><c>step</c> (default) or <c>layer</c>.</param>
    /// <param name="AgainstFrom">Start of the other window, RFC 3339 or seconds since the Unix epoch.</param>
    /// <param name="AgainstTo">End of the other window, likewise.</param>
    /// <param name="AgainstEnvironment">The other environment; default: the same.</param>
    /// <param name="AgainstVersion">The other version; default: the same.</param>
    internal readonly record struct CompareParameters(
        [FromQuery] string? Window, [FromQuery] string? From, [FromQuery] string? To, [FromQuery] string? Workflow,
        [FromQuery] string? Environment, [FromQuery] string? Version, [FromQuery] string? Granularity,
        [FromQuery] string? AgainstFrom, [FromQuery] string? AgainstTo, [FromQuery] string? AgainstEnvironment, [FromQuery] string? AgainstVersion)
    {
        public CompareQuery ToQuery() => new()
        {
            Window = Window,
            From = From,
            To = To,
            Workflow = Workflow,
            Environment = Environment,
            Version = Version,
            Granularity = Granularity,
            AgainstFrom = AgainstFrom,
            AgainstTo = AgainstTo,
            AgainstEnvironment = AgainstEnvironment,
            AgainstVersion = AgainstVersion,
        };
    }

    /// <summary>Query parameters of series.</summary>
    /// <param name="Window">As for reports.</param>
    /// <param name="From">As for reports.</param>
    /// <param name="To">As for reports.</param>
    /// <param name="Workflow">Only this workflow.</param>
    /// <param name="Environment">Only this environment.</param>
    /// <param name="Version">Only this version of the root's service.</param>
    /// <param name="Granularity"><c>step</c> (default) or <c>layer</c>.</param>
    /// <param name="Metric">Metrics, comma-separated: fields of the report such as <c>observed</c>, <c>divergence</c>, <c>silent</c>, <c>p99</c>, <c>inFlight</c>, <c>traces</c>; of a layer <c>reliability.LAYER</c>, <c>share.LAYER</c>, <c>criticalMs.LAYER</c>, <c>criticalMs.p95.LAYER</c>.</param>
    /// <param name="Step">Length of a step: <c>1m</c>, <c>15m</c>, <c>1h</c>; by default such that there are at most 120, or 40 with <c>by</c>; whole hours in a window of more than 12 hours. There may be 1500, or 120 with <c>by</c>.</param>
    /// <param name="By"><c>workflow</c>, <c>layer</c> or <c>step</c>: a series for each, of the 200 with most traces or steps. Metrics of a layer are then <c>reliability</c>, <c>share</c>, <c>criticalMs</c>, <c>criticalMs.p95</c>; those of a step <c>reliability</c>, <c>executions</c>, <c>ownFailures</c>, <c>durationMs.p50</c>, <c>durationMs.p95</c>, <c>durationMs.p99</c>.</param>
    internal readonly record struct SeriesParameters(
        [FromQuery] string? Window, [FromQuery] string? From, [FromQuery] string? To, [FromQuery] string? Workflow,
        [FromQuery] string? Environment, [FromQuery] string? Version, [FromQuery] string? Granularity, [FromQuery] string? Metric, [FromQuery] string? Step, [FromQuery] string? By)
    {
        public SeriesQuery ToQuery() => new()
        {
            Window = Window,
            From = From,
            To = To,
            Workflow = Workflow,
            Environment = Environment,
            Version = Version,
            Granularity = Granularity,
            Metric = Metric,
            Step = Step,
            By = By,
        };
    }

    /// <summary>Query parameters of questions about single traces.</summary>
    /// <param name="Window">As for reports.</param>
    /// <param name="From">As for reports.</param>
    /// <param name="To">As for reports.</param>
    /// <param name="Workflow">Only this workflow.</param>
    /// <param name="Environment">Only this environment.</param>
    /// <param name="Version">Only this version of the root's service.</param>
    /// <param name="Sample">Most traces that are looked at, 1 to 10000; default 1000.</param>
    internal readonly record struct SampleParameters(
        [FromQuery] string? Window, [FromQuery] string? From, [FromQuery] string? To, [FromQuery] string? Workflow,
        [FromQuery] string? Environment, [FromQuery] string? Version, [FromQuery] string? Sample)
    {
        public bool TryToQuery(out SampledQuery query)
        {
            int sample = 0;
            bool read = Sample is null || int.TryParse(Sample, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out sample);
            query = new SampledQuery
            {
                Window = Window,
                From = From,
                To = To,
                Workflow = Workflow,
                Environment = Environment,
                Version = Version,
                Sample = Sample is null ? null : sample,
            };
            return read;
        }
    }

    /// <summary>Query parameters of costs, of filters, and of the quality of traces.</summary>
    /// <param name="Window">As for reports.</param>
    /// <param name="From">As for reports.</param>
    /// <param name="To">As for reports.</param>
    /// <param name="Workflow">Only this workflow.</param>
    /// <param name="Environment">Only this environment.</param>
    /// <param name="Version">Only this version of the root's service.</param>
    internal readonly record struct CostParameters(
        [FromQuery] string? Window, [FromQuery] string? From, [FromQuery] string? To, [FromQuery] string? Workflow,
        [FromQuery] string? Environment, [FromQuery] string? Version)
    {
        public ReportQuery ToQuery() => new() { Window = Window, From = From, To = To, Workflow = Workflow, Environment = Environment, Version = Version };
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
    /// <param name="Step">Only traces whose failure is that of this step: a step key of a report, or <c>silent</c> for failures with no step to blame.</param>
    /// <param name="ErrorType">Only traces whose failure has this error type; empty for failures that have none.</param>
    /// <param name="MinDuration">Only traces that took at least so long: <c>500ms</c>, <c>2s</c>.</param>
    /// <param name="MaxDuration">Only traces that took at most so long.</param>
    /// <param name="Attribute"><c>key=value</c>: only traces with this attribute on a span, or on its scope or resource; several times for several attributes, which may be on different spans. Compared as text. What was not kept is not found.</param>
    /// <param name="Limit">At most so many, 1 to 1000; default 50.</param>
    /// <param name="Cursor"><c>nextCursor</c> of the answer before.</param>
    internal readonly record struct TraceParameters(
        [FromQuery] string? Window, [FromQuery] string? From, [FromQuery] string? To, [FromQuery] string? Workflow,
        [FromQuery] string? Environment, [FromQuery] string? Version, [FromQuery] string? Outcome, [FromQuery] string? Layer,
        [FromQuery] string? Step, [FromQuery] string? ErrorType, [FromQuery] string? MinDuration, [FromQuery] string? MaxDuration, [FromQuery] string[]? Attribute,
        [FromQuery] string? Limit, [FromQuery] string? Cursor)
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
                Step = Step,
                ErrorType = ErrorType,
                MinDuration = MinDuration,
                MaxDuration = MaxDuration,
                Attribute = Attribute ?? [],
                Limit = Limit is null ? null : limit,
                Cursor = Cursor,
            };
            return read;
        }
    }
}
