using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using TraceGap.Protocol.V1;
using TraceGap.Server.Queries;

namespace TraceGap.Server.Grpc;

/// <summary>
/// Serves <c>tracegap.v1.ReportService</c>: the JSON documents of the query API, read into the messages that mirror them, so that the two transports cannot answer differently.
/// </summary>
internal sealed class ReportGrpcService
{
    /// <summary>The service's full name.</summary>
    public const string Name = "tracegap.v1.ReportService";

    private readonly IReportQueries _queries;
    private readonly JsonParser _json;

    /// <summary>Makes the service.</summary>
    /// <param name="queries">Answers the questions.</param>
    /// <param name="ignoreUnknown">Pass over properties that the proto lacks; tests do not.</param>
    public ReportGrpcService(IReportQueries queries, bool ignoreUnknown = true)
    {
        _queries = queries;
        _json = new JsonParser(JsonParser.Settings.Default.WithIgnoreUnknownFields(ignoreUnknown));
    }

    /// <summary>The methods and what answers them.</summary>
    public IEnumerable<(string Method, UnaryGrpcHandler Handler)> Methods =>
    [
        ("GetReport", Handler(GetReportRequest.Parser, (request, token) => _queries.GetReportAsync(Query(request), token), Report.Descriptor)),
        ("GetCosts", Handler(GetCostsRequest.Parser, (request, token) => _queries.GetCostsAsync(Query(request), token), Costs.Descriptor)),
        ("ListWorkflows", Handler(ListWorkflowsRequest.Parser, (request, token) => _queries.ListWorkflowsAsync(Query(request), token), WorkflowList.Descriptor)),
        ("ListFilters", Handler(ListFiltersRequest.Parser, (request, token) => _queries.ListFiltersAsync(Query(request), token), FilterList.Descriptor)),
        ("Compare", Handler(CompareRequest.Parser, (request, token) => _queries.CompareAsync(Query(request), token), Comparison.Descriptor)),
        ("GetSensitivity", Handler(GetSensitivityRequest.Parser, (request, token) => _queries.GetSensitivityAsync(Query(request), token), SensitivityAnswer.Descriptor)),
        ("GetDependence", Handler(GetDependenceRequest.Parser, (request, token) => _queries.GetDependenceAsync(Query(request), token), Dependence.Descriptor)),
        ("GetTimeSeries", Handler(GetTimeSeriesRequest.Parser, (request, token) => _queries.GetTimeSeriesAsync(Query(request), token), TimeSeries.Descriptor)),
        ("GetConcurrency", Handler(GetConcurrencyRequest.Parser, (request, token) => _queries.GetConcurrencyAsync(Query(request), token), Concurrency.Descriptor)),
        ("GetCoverage", Handler(GetCoverageRequest.Parser, (request, token) => _queries.GetCoverageAsync(Query(request), token), Coverage.Descriptor)),
        ("ListAlerts", Handler(ListAlertsRequest.Parser, (_, token) => _queries.ListAlertsAsync(token), AlertList.Descriptor)),
        ("WhatIf", Handler(WhatIfRequest.Parser, (request, token) => _queries.WhatIfAsync(Query(request), Changes(request), token), WhatIfReport.Descriptor)),
        ("GetQuality", Handler(GetQualityRequest.Parser, (request, token) => _queries.GetQualityAsync(Query(request), token), Quality.Descriptor)),
        ("ListTraces", Handler(ListTracesRequest.Parser, (request, token) => _queries.ListTracesAsync(Query(request), token), TraceList.Descriptor)),
        ("GetTrace", Handler(GetTraceRequest.Parser, (request, token) => _queries.GetTraceAsync(request.TraceId, token), Trace.Descriptor)),
    ];

    private UnaryGrpcHandler Handler<TRequest>(
        MessageParser<TRequest> parser, Func<TRequest, CancellationToken, ValueTask<QueryAnswer>> ask, MessageDescriptor reply)
        where TRequest : class, IMessage<TRequest>
    {
        return async (message, cancellationToken) => GrpcMessages.TryParse(parser, message, out TRequest? request)
            ? Reply(await ask(request, cancellationToken), reply)
            : GrpcReply.Failure(GrpcStatuses.UnreadableMessage);
    }

    private GrpcReply Reply(QueryAnswer answer, MessageDescriptor reply) => answer.Outcome switch
    {
        QueryOutcome.NotFound => GrpcReply.Failure(GrpcStatusCode.NotFound, answer.Error),
        QueryOutcome.Unavailable => GrpcReply.Failure(GrpcStatusCode.Unavailable, answer.Error),
        QueryOutcome.InvalidArgument => GrpcReply.Failure(GrpcStatusCode.InvalidArgument, answer.Error),
        _ => GrpcReply.Success(_json.Parse(Encoding.UTF8.GetString(answer.Json.Span), reply).ToByteArray()),
    };

    private static ReportQuery Query(GetReportRequest request) => new()
    {
        Window = request.HasWindow ? request.Window : null,
        From = request.HasFrom ? request.From : null,
        To = request.HasTo ? request.To : null,
        Workflow = request.HasWorkflow ? request.Workflow : null,
        Environment = request.HasEnvironment ? request.Environment : null,
        Version = request.HasVersion ? request.Version : null,
        Granularity = request.HasGranularity ? request.Granularity : null,
    };

    private static ReportQuery Query(GetCostsRequest request) => new()
    {
        Window = request.HasWindow ? request.Window : null,
        From = request.HasFrom ? request.From : null,
        To = request.HasTo ? request.To : null,
        Workflow = request.HasWorkflow ? request.Workflow : null,
        Environment = request.HasEnvironment ? request.Environment : null,
        Version = request.HasVersion ? request.Version : null,
    };

    private static ReportQuery Query(ListWorkflowsRequest request) => new()
    {
        Window = request.HasWindow ? request.Window : null,
        From = request.HasFrom ? request.From : null,
        To = request.HasTo ? request.To : null,
        Workflow = request.HasWorkflow ? request.Workflow : null,
        Environment = request.HasEnvironment ? request.Environment : null,
        Version = request.HasVersion ? request.Version : null,
        Granularity = request.HasGranularity ? request.Granularity : null,
    };

    private static ReportQuery Query(ListFiltersRequest request) => new()
    {
        Window = request.HasWindow ? request.Window : null,
        From = request.HasFrom ? request.From : null,
        To = request.HasTo ? request.To : null,
        Workflow = request.HasWorkflow ? request.Workflow : null,
        Environment = request.HasEnvironment ? request.Environment : null,
        Version = request.HasVersion ? request.Version : null,
    };

    private static CompareQuery Query(CompareRequest request) => new()
    {
        Window = request.HasWindow ? request.Window : null,
        From = request.HasFrom ? request.From : null,
        To = request.HasTo ? request.To : null,
        Workflow = request.HasWorkflow ? request.Workflow : null,
        Environment = request.HasEnvironment ? request.Environment : null,
        Version = request.HasVersion ? request.Version : null,
        Granularity = request.HasGranularity ? request.Granularity : null,
        AgainstFrom = request.HasAgainstFrom ? request.AgainstFrom : null,
        AgainstTo = request.HasAgainstTo ? request.AgainstTo : null,
        AgainstEnvironment = request.HasAgainstEnvironment ? request.AgainstEnvironment : null,
        AgainstVersion = request.HasAgainstVersion ? request.AgainstVersion : null,
    };

    private static ReportQuery Query(GetSensitivityRequest request) => new()
    {
        Window = request.HasWindow ? request.Window : null,
        From = request.HasFrom ? request.From : null,
        To = request.HasTo ? request.To : null,
        Workflow = request.HasWorkflow ? request.Workflow : null,
        Environment = request.HasEnvironment ? request.Environment : null,
        Version = request.HasVersion ? request.Version : null,
        Granularity = request.HasGranularity ? request.Granularity : null,
    };

    private static ReportQuery Query(GetDependenceRequest request) => new()
    {
        Window = request.HasWindow ? request.Window : null,
        From = request.HasFrom ? request.From : null,
        To = request.HasTo ? request.To : null,
        Workflow = request.HasWorkflow ? request.Workflow : null,
        Environment = request.HasEnvironment ? request.Environment : null,
        Version = request.HasVersion ? request.Version : null,
        Granularity = request.HasGranularity ? request.Granularity : null,
    };

    private static SeriesQuery Query(GetTimeSeriesRequest request) => new()
    {
        Window = request.HasWindow ? request.Window : null,
        From = request.HasFrom ? request.From : null,
        To = request.HasTo ? request.To : null,
        Workflow = request.HasWorkflow ? request.Workflow : null,
        Environment = request.HasEnvironment ? request.Environment : null,
        Version = request.HasVersion ? request.Version : null,
        Granularity = request.HasGranularity ? request.Granularity : null,
        Metric = request.HasMetric ? request.Metric : null,
        Step = request.HasStep ? request.Step : null,
        By = request.HasBy ? request.By : null,
    };

    private static ReportQuery Query(GetConcurrencyRequest request) => new()
    {
        Window = request.HasWindow ? request.Window : null,
        From = request.HasFrom ? request.From : null,
        To = request.HasTo ? request.To : null,
        Workflow = request.HasWorkflow ? request.Workflow : null,
        Environment = request.HasEnvironment ? request.Environment : null,
        Version = request.HasVersion ? request.Version : null,
        Granularity = request.HasGranularity ? request.Granularity : null,
    };

    private static SampledQuery Query(WhatIfRequest request) => new()
    {
        Window = request.HasWindow ? request.Window : null,
        From = request.HasFrom ? request.From : null,
        To = request.HasTo ? request.To : null,
        Workflow = request.HasWorkflow ? request.Workflow : null,
        Environment = request.HasEnvironment ? request.Environment : null,
        Version = request.HasVersion ? request.Version : null,
        Sample = request.HasSample ? request.Sample : null,
    };

    private static SampledQuery Query(GetCoverageRequest request) => new()
    {
        Window = request.HasWindow ? request.Window : null,
        From = request.HasFrom ? request.From : null,
        To = request.HasTo ? request.To : null,
        Workflow = request.HasWorkflow ? request.Workflow : null,
        Environment = request.HasEnvironment ? request.Environment : null,
        Version = request.HasVersion ? request.Version : null,
        Sample = request.HasSample ? request.Sample : null,
    };

    // The document of the HTTP API, so that both transports judge alike.
    private static byte[] Changes(WhatIfRequest request) => Encoding.UTF8.GetBytes(JsonFormatter.Default.Format(request.Changes ?? new WhatIfChanges()));

    private static ReportQuery Query(GetQualityRequest request) => new()
    {
        Window = request.HasWindow ? request.Window : null,
        From = request.HasFrom ? request.From : null,
        To = request.HasTo ? request.To : null,
        Workflow = request.HasWorkflow ? request.Workflow : null,
        Environment = request.HasEnvironment ? request.Environment : null,
        Version = request.HasVersion ? request.Version : null,
    };

    private static TracesQuery Query(ListTracesRequest request) => new()
    {
        Window = request.HasWindow ? request.Window : null,
        From = request.HasFrom ? request.From : null,
        To = request.HasTo ? request.To : null,
        Workflow = request.HasWorkflow ? request.Workflow : null,
        Environment = request.HasEnvironment ? request.Environment : null,
        Version = request.HasVersion ? request.Version : null,
        Outcome = request.HasOutcome ? request.Outcome : null,
        Layer = request.HasLayer ? request.Layer : null,
        Step = request.HasStep ? request.Step : null,
        ErrorType = request.HasErrorType ? request.ErrorType : null,
        MinDuration = request.HasMinDuration ? request.MinDuration : null,
        MaxDuration = request.HasMaxDuration ? request.MaxDuration : null,
        Attribute = request.Attribute,
        Limit = request.HasLimit ? request.Limit : null,
        Cursor = request.HasCursor ? request.Cursor : null,
    };
}
