using TraceGap.Aggregation;
using TraceGap.Otlp;
using TraceGap.Reporting;

namespace TraceGap.Offline;

/// <summary>
/// Spans of any order and number → the report that a server gives of the same spans: collect, group by trace, analyse each as closed, roll up, report. Not thread-safe.
/// </summary>
/// <param name="options">How traces are analysed.</param>
/// <param name="advertised">Reliabilities that are promised, by name of layer or text of step key; null for none.</param>
/// <param name="objectiveOf">What a workflow is held to; null for none.</param>
public sealed class OfflineAnalysis(AnalysisOptions options, IReadOnlyDictionary<string, double>? advertised = null, Func<string, Objective?>? objectiveOf = null)
{
    private const long MinuteNanos = 60_000_000_000;

    private readonly TraceAnalyzer _analyzer = new(options);
    private readonly Dictionary<TraceId, List<SpanRecord>> _traces = [];

    /// <summary>Traces that were seen, those included of which no span was.</summary>
    public int Traces => _traces.Count;

    /// <summary>Whether any span was added; what is said about spans is none.</summary>
    public bool HasSpans { get; private set; }

    /// <summary>Adds a span, or what is said about one; the same twice is one.</summary>
    public void Add(SpanRecord span)
    {
        HasSpans |= span.Kind != SpanKind.Signal;
        if (!_traces.TryGetValue(span.TraceId, out List<SpanRecord>? spans))
        {
            spans = [];
            _traces.Add(span.TraceId, spans);
        }

        spans.Add(span);
    }

    /// <summary>The findings of one trace, or null if no span of it was added.</summary>
    public TraceFindings? Analyze(TraceId trace) =>
        _traces.TryGetValue(trace, out List<SpanRecord>? spans) ? _analyzer.Analyze(spans, closed: true) : null;

    /// <summary>The report over all traces, from the first to the end of the last minute in which one ended.</summary>
    /// <param name="workflow">The workflow to report on, or null for all.</param>
    /// <param name="analysed">Told the number of traces analysed, if given.</param>
    public Report Report(string? workflow = null, Action<int>? analysed = null)
    {
        OutcomeTimeline? outcomes = workflow is not null && objectiveOf?.Invoke(workflow) is Objective objective ? new OutcomeTimeline(objective) : null;
        ReportInput input = Book(workflow, [], analysed, outcomes);
        return ReportBuilder.Build(input) with { Objective = Standing(outcomes, input.ToUnixNanos) };
    }

    /// <summary>The costs over the same window.</summary>
    /// <param name="prices">What models cost.</param>
    /// <param name="workflow">The workflow to report on, or null for all.</param>
    /// <param name="analysed">Told the number of traces analysed, if given.</param>
    public CostReport Costs(PriceTable prices, string? workflow = null, Action<int>? analysed = null) => CostBuilder.Build(Book(workflow, [], analysed), prices);

    /// <summary>What a change would have made of all traces.</summary>
    /// <param name="changes">What is different.</param>
    /// <param name="workflow">The workflow that is asked about, or null for all.</param>
    /// <param name="sample">Most traces that are replayed.</param>
    /// <param name="analysed">Told the number of traces analysed, if given.</param>
    public WhatIfReport WhatIf(ReplayChanges changes, string? workflow, int sample, Action<int>? analysed = null)
    {
        List<TraceId> withLatency = [];
        WhatIfStudy study = new(Book(workflow, withLatency, analysed), changes, _analyzer);
        foreach (TraceId id in withLatency.OrderBy(TraceHash.Of).Take(sample))
        {
            study.Add(_traces[id], closed: true);
        }

        return study.ToReport(withLatency.Count);
    }

    /// <summary>The findings of the first trace, by id, that has a span; null if none has.</summary>
    public TraceFindings? AnalyzeTraceOf(SpanId span) =>
        _traces.Where(trace => trace.Value.Exists(entry => entry.SpanId == span)).Select(static trace => (TraceId?)trace.Key).Min() is TraceId id ? Analyze(id) : null;

    /// <summary>Which rules decided the layers of spans.</summary>
    /// <param name="workflow">The workflow that is asked about, or null for all.</param>
    /// <param name="trace">Only this trace; null for all.</param>
    /// <param name="sample">Most traces that are looked at.</param>
    /// <param name="analysed">Told the number of traces analysed, if given.</param>
    public CoverageReport Coverage(string? workflow = null, TraceId? trace = null, int sample = int.MaxValue, Action<int>? analysed = null)
    {
        LayerCensus census = new();
        TraceId[] ids = [.. _traces.Keys.Where(id => trace is null || id == trace).OrderBy(TraceHash.Of).Take(sample)];
        (long First, long Last) ends = (long.MaxValue, long.MinValue);
        int done = 0;
        foreach (TraceId id in ids)
        {
            TraceFindings findings = Analyze(id)!;
            analysed?.Invoke(++done);
            if (findings.Spans.Count > 0 && (workflow is null || findings.Key.Workflow == workflow))
            {
                census.Add(findings);
                ends = (Math.Min(ends.First, findings.EndUnixNanos / MinuteNanos), Math.Max(ends.Last, findings.EndUnixNanos / MinuteNanos));
            }
        }

        bool isAny = ends.First <= ends.Last;
        return census.ToReport(isAny ? ends.First * MinuteNanos : null, isAny ? (ends.Last + 1) * MinuteNanos : null, workflow, ids.Length < _traces.Count && trace is null ? _traces.Count : null);
    }

    /// <summary>Analyses all traces and adds them up.</summary>
    /// <param name="workflow">The workflow that is asked about, or null for all.</param>
    /// <param name="withLatency">Receives its ok and failed traces with a root.</param>
    /// <param name="analysed">Told the number of traces analysed, if given.</param>
    /// <param name="outcomes">Receives the outcomes of the workflow, if given.</param>
    private ReportInput Book(string? workflow, List<TraceId> withLatency, Action<int>? analysed, OutcomeTimeline? outcomes = null)
    {
        Dictionary<long, RequestSums> requests = [];
        Dictionary<RollupKey, WindowSum> sums = [];
        Dictionary<WorkflowFailure, TraceId> examples = [];
        (long First, long Last) minutes = (long.MaxValue, long.MinValue);
        int done = 0;
        foreach ((TraceId id, List<SpanRecord> spans) in _traces)
        {
            TraceContribution trace = _analyzer.Book(spans, closed: true, revised: false).Contribution;
            analysed?.Invoke(++done);
            if (trace.Spans == 0)
            {
                continue;
            }

            SumOf(sums, trace.Key).Add(id, trace);
            KeepExample(examples, trace, id);
            minutes = (Math.Min(minutes.First, trace.Minute), Math.Max(minutes.Last, trace.Minute));
            if (trace.DurationNanos is not null && (workflow is null || trace.Key.Workflow == workflow))
            {
                withLatency.Add(id);
            }

            if (trace.Key.Workflow == workflow)
            {
                requests[trace.Minute] = requests.GetValueOrDefault(trace.Minute) + RequestSums.Of(trace);
            }
        }

        foreach ((long minute, RequestSums sum) in requests)
        {
            outcomes?.TakeMinute(minute, sum);
        }

        long? end = sums.Count == 0 ? null : (minutes.Last + 1) * MinuteNanos;
        return new ReportInput
        {
            FromUnixNanos = sums.Count == 0 ? null : minutes.First * MinuteNanos,
            ToUnixNanos = end,
            AnalysedUntilUnixNanos = end,
            Cells = [.. sums.Select(static sum => KeyValuePair.Create(sum.Key, sum.Value.Finish()))],
            Workflow = workflow,
            ExampleTraceIds = examples,
            AdvertisedReliabilities = advertised,
            RuleSets = [new RuleSetTime(options.Rules.Id, null)],
        };
    }

    // As of the end of what was recorded.
    private static ObjectiveReport? Standing(OutcomeTimeline? outcomes, long? endUnixNanos)
    {
        long last = ((endUnixNanos ?? 0) / MinuteNanos) - 1;
        return outcomes is not null && outcomes.Trim(last) ? outcomes.StandingAt(last).ToReport() : null;
    }

    private static WindowSum SumOf(Dictionary<RollupKey, WindowSum> sums, RollupKey key)
    {
        if (!sums.TryGetValue(key, out WindowSum? sum))
        {
            sum = new WindowSum(PathBound.Default);
            sums.Add(key, sum);
        }

        return sum;
    }

    private static void KeepExample(Dictionary<WorkflowFailure, TraceId> examples, TraceContribution trace, TraceId id)
    {
        if (trace.Failure is not FailureKey failure)
        {
            return;
        }

        WorkflowFailure key = new(trace.Key.Workflow, failure);
        examples[key] = examples.TryGetValue(key, out TraceId least) && least.CompareTo(id) < 0 ? least : id;
    }
}
