using TraceGap.Otlp;

namespace TraceGap.Aggregation.Tests;

/// <summary>Makes the spans of an agent's trace, a line a span, times in milliseconds, and analyses them. Span ids are given as short texts.</summary>
internal sealed class AgentTrace
{
    public const long Millisecond = 1_000_000;
    public const long Epoch = 1_790_000_000_000_000_000;

    private static readonly TraceId Trace = new(7, 9);
    private static readonly Dictionary<string, ScopeRecord> Scopes = [];

    private readonly List<SpanRecord> _spans = [];
    private readonly Dictionary<string, SpanId> _ids = [];

    public IReadOnlyList<SpanRecord> Spans => _spans;

    /// <summary>Adds a span of any shape.</summary>
    public AgentTrace Span(
        string id,
        double start,
        double end,
        string? parent = null,
        string? name = null,
        SpanKind kind = SpanKind.Internal,
        SpanStatus status = SpanStatus.Unset,
        string service = "agent",
        string scope = "framework",
        SpanFacts facts = SpanFacts.None,
        int results = -1,
        string? exception = null,
        uint flags = 0,
        uint input = 0,
        params (string Key, object Value)[] with)
    {
        _spans.Add(new SpanRecord
        {
            TraceId = Trace,
            SpanId = IdOf(id),
            ParentSpanId = parent is null ? SpanId.None : IdOf(parent),
            Name = name ?? id,
            Kind = kind,
            Status = status,
            Flags = flags,
            StartUnixNanos = At(start),
            EndUnixNanos = At(end),
            Facts = facts,
            ExceptionType = exception,
            ResultCount = results,
            InputHash = input,
            Resource = new ResourceRecord(Set(("service.name", service))),
            Scope = ScopeOf(scope),
            Attributes = Set(with),
        });
        return this;
    }

    /// <summary>The HTTP request that a run begins with; a status of 500 and above fails it.</summary>
    public AgentTrace Root(double start, double end, int http = 200) =>
        Span(
            "root", start, end, name: "POST /ask", kind: SpanKind.Server, status: http >= 500 ? SpanStatus.Error : SpanStatus.Unset, scope: "http",
            with: [("http.request.method", "POST"), ("http.route", "/ask"), ("http.response.status_code", http)]);

    public AgentTrace Agent(string id, double start, double end, string? parent, bool failed = false, SpanFacts facts = SpanFacts.None) =>
        Span(
            id, start, end, parent, "invoke_agent " + id, status: Failed(failed), facts: facts,
            with: [("gen_ai.operation.name", "invoke_agent"), ("gen_ai.agent.name", id)]);

    public AgentTrace Chat(
        string id, double start, double end, string? parent, bool failed = false, string model = "m", string? name = null, string scope = "framework",
        SpanFacts facts = SpanFacts.None) =>
        Span(
            id, start, end, parent, name ?? "chat " + model, SpanKind.Client, Failed(failed), scope: scope, facts: facts,
            with: [("gen_ai.operation.name", "chat"), ("gen_ai.request.model", model)]);

    public AgentTrace Tool(
        string id, double start, double end, string? parent, bool failed = false, string tool = "lookup", string scope = "framework", SpanFacts facts = SpanFacts.None, uint input = 0) =>
        Span(
            id, start, end, parent, "execute_tool " + tool, status: Failed(failed), scope: scope, facts: facts, input: input,
            with: [("gen_ai.operation.name", "execute_tool"), ("gen_ai.tool.name", tool)]);

    public AgentTrace Retriever(string id, double start, double end, string? parent, bool failed = false, string name = "VectorRetriever", string scope = "framework", int results = -1) =>
        Span(id, start, end, parent, name, status: Failed(failed), scope: scope, results: results, with: [("openinference.span.kind", "RETRIEVER")]);

    public AgentTrace Chain(string id, double start, double end, string? parent, bool failed = false, string? name = null) =>
        Span(id, start, end, parent, name, status: Failed(failed), with: [("openinference.span.kind", "CHAIN")]);

    /// <summary>An outgoing HTTP call; status 0: none was seen.</summary>
    public AgentTrace Http(string id, double start, double end, string? parent, string path, int status = 200, string method = "POST", string service = "agent", int port = 80)
    {
        List<(string, object)> with = [("http.request.method", method), ("url.path", path), ("server.port", port)];
        if (status > 0)
        {
            with.Add(("http.response.status_code", status));
        }

        return Span(
            id, start, end, parent, method, SpanKind.Client, status >= 400 ? SpanStatus.Error : SpanStatus.Unset, service, "undici", with: [.. with]);
    }

    /// <summary>The server half of an HTTP call.</summary>
    public AgentTrace Served(string id, double start, double end, string parent, int status = 200, string service = "backend") =>
        Span(
            id, start, end, parent, "POST", SpanKind.Server, status >= 500 ? SpanStatus.Error : SpanStatus.Unset, service, "http",
            with: [("http.request.method", "POST"), ("http.response.status_code", status)]);

    public TraceFindings Analyze(bool closed = true, AnalysisOptions? options = null) => new TraceAnalyzer(options ?? AnalysisOptions.Default).Analyze(_spans, closed);

    public SpanId IdOf(string id)
    {
        if (!_ids.TryGetValue(id, out SpanId spanId))
        {
            spanId = new SpanId((ulong)_ids.Count + 1);
            _ids.Add(id, spanId);
        }

        return spanId;
    }

    public SpanFinding FindingOf(TraceFindings findings, string id) => findings.Spans.Single(span => span.Span.SpanId == IdOf(id));

    /// <summary>The step that a span belongs to, or null.</summary>
    public StepFinding? StepOf(TraceFindings findings, string id) => FindingOf(findings, id).StepIndex is int index and >= 0 ? findings.Steps[index] : null;

    /// <summary>The step that a span opened; fails if it opened none.</summary>
    public StepFinding Opened(TraceFindings findings, string id)
    {
        StepFinding step = Assert.IsType<StepFinding>(StepOf(findings, id));
        int parent = FindingOf(findings, id).ParentIndex;
        Assert.True(parent < 0 || findings.Spans[parent].StepIndex != step.Index, $"{id} opened no step");
        return step;
    }

    public string? ParentOf(TraceFindings findings, string id)
    {
        int parent = FindingOf(findings, id).ParentIndex;
        return parent < 0 ? null : _ids.Single(pair => pair.Value == findings.Spans[parent].Span.SpanId).Key;
    }

    public static long At(double milliseconds) => Epoch + (long)(milliseconds * Millisecond);

    public static AttributeSet Set(params (string Key, object Value)[] items) =>
        AttributeSet.From(items.Select(static item => new KeyValuePair<string, AttributeValue>(item.Key, ValueOf(item.Value))));

    private static AttributeValue ValueOf(object value) => value switch
    {
        int number => AttributeValue.Of((long)number),
        long number => AttributeValue.Of(number),
        double number => AttributeValue.Of(number),
        bool flag => AttributeValue.Of(flag),
        _ => AttributeValue.Of((string)value),
    };

    private static ScopeRecord ScopeOf(string name)
    {
        lock (Scopes)
        {
            if (!Scopes.TryGetValue(name, out ScopeRecord? scope))
            {
                Scopes.Add(name, scope = new ScopeRecord(name, "", AttributeSet.Empty));
            }

            return scope;
        }
    }

    private static SpanStatus Failed(bool failed) => failed ? SpanStatus.Error : SpanStatus.Unset;
}
