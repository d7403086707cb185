using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using TraceGap.Protocol.V1;
using TraceGap.Reporting;
using TraceGap.Reporting.Alerts;
using TraceGap.Reporting.Traces;
using TraceGap.Server.Grpc;
using TraceGap.Server.Queries;
using Wire = TraceGap.Protocol.V1;

namespace TraceGap.Server.Tests.Grpc;

public sealed class ReportGrpcTests
{
    private const string AllChanges =
        """{"scale":[{"layer":"layer","step":"step","model":"model","factor":7}],"parallelize":[{"parent":"parent","children":["children"]}],"remove":[{"step":"step"}]"""
        + ""","retry":[{"layer":"layer","step":"step","attempts":7}],"gate":[{"layer":"layer","step":"step","catch":7}],"fallback":[{"layer":"layer","step":"step","reliability":7}]}""";

    public static TheoryData<string, string> Documents => new()
    {
        { "GetReport", Encoding.UTF8.GetString(ReportJson.WriteUtf8(SampleDocuments.Report)) },
        { "GetCosts", Encoding.UTF8.GetString(ReportJson.WriteUtf8(SampleDocuments.Costs)) },
        { "ListWorkflows", Encoding.UTF8.GetString(ReportJson.WriteUtf8(SampleDocuments.Workflows)) },
        { "ListFilters", Encoding.UTF8.GetString(ReportJson.WriteUtf8(SampleDocuments.Filters)) },
        { "Compare", Encoding.UTF8.GetString(ReportJson.WriteUtf8(SampleDocuments.Comparison)) },
        { "GetSensitivity", Encoding.UTF8.GetString(ReportJson.WriteUtf8(SampleDocuments.Sensitivity)) },
        { "GetDependence", Encoding.UTF8.GetString(ReportJson.WriteUtf8(SampleDocuments.Dependence)) },
        { "GetTimeSeries", Encoding.UTF8.GetString(ReportJson.WriteUtf8(SampleDocuments.Series)) },
        { "GetConcurrency", Encoding.UTF8.GetString(ReportJson.WriteUtf8(SampleDocuments.Concurrency)) },
        { "GetCoverage", Encoding.UTF8.GetString(ReportJson.WriteUtf8(SampleDocuments.Coverage)) },
        { "ListAlerts", Encoding.UTF8.GetString(AlertJson.WriteUtf8(SampleDocuments.Alerts)) },
        { "WhatIf", Encoding.UTF8.GetString(WhatIfJson.WriteUtf8(SampleDocuments.WhatIf)) },
        { "GetQuality", Encoding.UTF8.GetString(TraceReportJson.WriteUtf8(SampleDocuments.Quality)) },
        { "ListTraces", Encoding.UTF8.GetString(TraceReportJson.WriteUtf8(SampleDocuments.TraceList)) },
        { "GetTrace", Encoding.UTF8.GetString(TraceReportJson.WriteUtf8(SampleDocuments.Trace)) },
    };

    [Theory]
    [MemberData(nameof(Documents))]
    public void The_properties_of_every_document_are_the_fields_of_its_message(string method, string document) =>
        Assert.Empty(ContractWalk.Differences(JsonDocument.Parse(document).RootElement, Descriptor(method)));

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task Every_value_of_a_document_arrives(string method, string document)
    {
        GrpcReply reply = await CallAsync(method, [], QueryAnswer.Answered(Encoding.UTF8.GetBytes(document)));

        IMessage message = Descriptor(method).Parser.ParseFrom(reply.Message.Span);
        string rewritten = new JsonFormatter(JsonFormatter.Settings.Default.WithFormatDefaultValues(true)).Format(message);
        Assert.Equal(Values(document), Values(rewritten));
    }

    [Fact]
    public async Task What_is_null_is_not_set()
    {
        Reporting.Report empty = SampleDocuments.Report with
        {
            Workflow = null, Weighted = null, AnalysedUntil = null, Window = new ReportWindow(null, null),
            Latency = SampleDocuments.Report.Latency with { P50 = null },
        };

        GrpcReply reply = await CallAsync("GetReport", [], QueryAnswer.Answered(ReportJson.WriteUtf8(empty)));

        Wire.Report report = Wire.Report.Parser.ParseFrom(reply.Message.Span);
        Assert.False(report.HasWorkflow);
        Assert.Null(report.Weighted);
        Assert.Null(report.AnalysedUntil);
        Assert.Null(report.Window.From);
        Assert.False(report.Latency.HasP50);
        Assert.True(report.Latency.HasP90);
    }

    [Fact]
    public async Task A_property_that_the_message_lacks_is_passed_over_when_serving()
    {
        ReportGrpcService service = new(new FixedQueries(QueryAnswer.Answered("{\"spans\": 3, \"newer\": {}}"u8.ToArray())));

        GrpcReply reply = await service.Methods.Single(entry => entry.Method == "GetReport").Handler(default, CancellationToken.None);

        Assert.Equal(3, Wire.Report.Parser.ParseFrom(reply.Message.Span).Spans);
    }

    [Fact]
    public async Task Questions_that_make_no_sense_and_things_that_do_not_exist_have_their_codes()
    {
        GrpcReply invalid = await CallAsync("GetReport", [], QueryAnswer.InvalidArgument("window: what?"));
        GrpcReply missing = await CallAsync("GetTrace", [], QueryAnswer.NotFound("no such trace"));

        Assert.Equal(new GrpcStatus(GrpcStatusCode.InvalidArgument, "window: what?"), invalid.Status);
        Assert.Equal(new GrpcStatus(GrpcStatusCode.NotFound, "no such trace"), missing.Status);
    }

    [Fact]
    public async Task A_request_that_is_no_message_is_internal() =>
        Assert.Equal(GrpcStatusCode.Internal, (await CallAsync("GetReport", [0xff, 0xff], QueryAnswer.NotFound(""))).Status.Code);

    [Fact]
    public async Task Every_field_of_a_request_reaches_the_query()
    {
        FixedQueries queries = new(QueryAnswer.NotFound(""));
        foreach ((string method, UnaryGrpcHandler handler) in new ReportGrpcService(queries).Methods)
        {
            await handler(Filled(method).ToByteArray(), CancellationToken.None);
        }

        ReportQuery everything = new()
        {
            Window = "window", From = "from", To = "to", Workflow = "workflow", Environment = "environment", Version = "version", Granularity = "granularity",
        };
        CompareQuery compare = new()
        {
            Window = "window", From = "from", To = "to", Workflow = "workflow", Environment = "environment", Version = "version", Granularity = "granularity",
            AgainstFrom = "against_from", AgainstTo = "against_to", AgainstEnvironment = "against_environment", AgainstVersion = "against_version",
        };
        SeriesQuery series = new()
        {
            Window = "window", From = "from", To = "to", Workflow = "workflow", Environment = "environment", Version = "version", Granularity = "granularity",
            Metric = "metric", Step = "step", By = "by",
        };
        SampledQuery whatIf = new()
        {
            Window = "window", From = "from", To = "to", Workflow = "workflow", Environment = "environment", Version = "version", Sample = 7,
        };
        TracesQuery traces = new()
        {
            Window = "window", From = "from", To = "to", Workflow = "workflow", Environment = "environment", Version = "version",
            Outcome = "outcome", Layer = "layer", MinDuration = "min_duration", Limit = 7, Cursor = "cursor",
            Step = "step", ErrorType = "error_type", MaxDuration = "max_duration", Attribute = new Google.Protobuf.Collections.RepeatedField<string> { "attribute" },
        };
        Assert.Equal(
            [everything, everything with { Granularity = null }, everything, everything with { Granularity = null }, compare, everything, everything, series, everything, whatIf, "alerts", whatIf, AllChanges, everything with { Granularity = null }, traces, "trace_id"], queries.Asked);
    }

    [Fact]
    public async Task What_a_request_does_not_set_is_null_and_what_it_sets_empty_is_empty()
    {
        FixedQueries queries = new(QueryAnswer.NotFound(""));
        UnaryGrpcHandler getReport = new ReportGrpcService(queries).Methods.First().Handler;

        await getReport(new GetReportRequest { Environment = "" }.ToByteArray(), CancellationToken.None);

        Assert.Equal([new ReportQuery { Environment = "" }], queries.Asked);
    }

    [Fact]
    public void Every_method_of_the_proto_is_served()
    {
        IEnumerable<string> served = new ReportGrpcService(new FixedQueries(QueryAnswer.NotFound(""))).Methods.Select(entry => entry.Method);

        Assert.Equal(Service.Methods.Select(method => method.Name), served);
        Assert.Equal(ReportGrpcService.Name, Service.FullName);
    }

    private static ServiceDescriptor Service => ReportReflection.Descriptor.Services.Single();

    private static MessageDescriptor Descriptor(string method) => Service.FindMethodByName(method).OutputType;

    private static IMessage Filled(string method) => Filled(Service.FindMethodByName(method).InputType);

    // Text fields hold their own name, numbers 7, lists one of what they are lists of.
    private static IMessage Filled(MessageDescriptor type)
    {
        IMessage message = type.Parser.ParseFrom([]);
        foreach (FieldDescriptor field in type.Fields.InDeclarationOrder())
        {
            object value = field.FieldType switch
            {
                FieldType.String => field.Name,
                FieldType.Message => Filled(field.MessageType),
                FieldType.Double => 7.0,
                _ => 7,
            };
            if (field.IsRepeated)
            {
                ((System.Collections.IList)field.Accessor.GetValue(message)).Add(value);
            }
            else
            {
                field.Accessor.SetValue(message, value);
            }
        }

        return message;
    }

    private static async Task<GrpcReply> CallAsync(string method, byte[] request, QueryAnswer answer) =>
        await new ReportGrpcService(new FixedQueries(answer), ignoreUnknown: false)
            .Methods.Single(entry => entry.Method == method).Handler(request, CancellationToken.None);

    // Every leaf with its path, whatever the order of properties; a 64-bit integer is a number in one dialect and text in the other.
    private static List<string> Values(string json)
    {
        List<string> values = [];
        Stack<(string Path, JsonElement Element)> open = new([("$", JsonDocument.Parse(json).RootElement)]);
        while (open.TryPop(out (string Path, JsonElement Element) next))
        {
            switch (next.Element.ValueKind)
            {
                case JsonValueKind.Object:
                    foreach (JsonProperty property in next.Element.EnumerateObject())
                    {
                        open.Push(($"{next.Path}.{property.Name}", property.Value));
                    }

                    break;
                case JsonValueKind.Array:
                    int index = 0;
                    foreach (JsonElement item in next.Element.EnumerateArray())
                    {
                        open.Push(($"{next.Path}[{index++}]", item));
                    }

                    break;
                default:
                    values.Add($"{next.Path} = {next.Element}");
                    break;
            }
        }

        return [.. values.Order(StringComparer.Ordinal)];
    }

    private sealed class FixedQueries(QueryAnswer answer) : IReportQueries
    {
        public List<object> Asked { get; } = [];

        public ValueTask<QueryAnswer> GetReportAsync(ReportQuery query, CancellationToken cancellationToken) => Answer(query);

        public ValueTask<QueryAnswer> GetCostsAsync(ReportQuery query, CancellationToken cancellationToken) => Answer(query);

        public ValueTask<QueryAnswer> ListWorkflowsAsync(ReportQuery query, CancellationToken cancellationToken) => Answer(query);

        public ValueTask<QueryAnswer> ListFiltersAsync(ReportQuery query, CancellationToken cancellationToken) => Answer(query);

        public ValueTask<QueryAnswer> CompareAsync(CompareQuery query, CancellationToken cancellationToken) => Answer(query);

        public ValueTask<QueryAnswer> GetSensitivityAsync(ReportQuery query, CancellationToken cancellationToken) => Answer(query);

        public ValueTask<QueryAnswer> GetDependenceAsync(ReportQuery query, CancellationToken cancellationToken) => Answer(query);

        public ValueTask<QueryAnswer> GetTimeSeriesAsync(SeriesQuery query, CancellationToken cancellationToken) => Answer(query);

        public ValueTask<QueryAnswer> GetConcurrencyAsync(ReportQuery query, CancellationToken cancellationToken) => Answer(query);

        public ValueTask<QueryAnswer> GetCoverageAsync(SampledQuery query, CancellationToken cancellationToken) => Answer(query);

        public ValueTask<QueryAnswer> ListAlertsAsync(CancellationToken cancellationToken) => Answer("alerts");

        public ValueTask<QueryAnswer> WhatIfAsync(SampledQuery query, ReadOnlyMemory<byte> changes, CancellationToken cancellationToken)
        {
            Asked.Add(query);
            return Answer(Encoding.UTF8.GetString(changes.Span).Replace(" ", "", StringComparison.Ordinal));
        }

        public ValueTask<QueryAnswer> GetQualityAsync(ReportQuery query, CancellationToken cancellationToken) => Answer(query);

        public ValueTask<QueryAnswer> ListTracesAsync(TracesQuery query, CancellationToken cancellationToken) => Answer(query);

        public ValueTask<QueryAnswer> GetTraceAsync(string traceId, CancellationToken cancellationToken) => Answer(traceId);

        private ValueTask<QueryAnswer> Answer(object asked)
        {
            Asked.Add(asked);
            return ValueTask.FromResult(answer);
        }
    }
}
