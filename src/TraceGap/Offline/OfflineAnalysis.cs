using TraceGap.Aggregation;
using TraceGap.Otlp;
using TraceGap.Reporting;

namespace TraceGap.Offline;

/// <summary>
/// Spans of any order and number → the report that a server gives of the same spans: collect, group by trace, analyse each as closed, roll up, report. Not thread-safe.
/// </summary>
/// <param name="options">How traces are analysed.</param>
public sealed class OfflineAnalysis(AnalysisOptions options)
{
    private const long MinuteNanos = 60_000_000_000;

    private readonly TraceAnalyzer _analyzer = new(options);
    private readonly Dictionary<TraceId, List<SpanRecord>> _traces = [];

    /// <summary>Traces that were seen.</summary>
    public int Traces => _traces.Count;

    /// <summary>Adds a span; the same span twice is one.</summary>
    public void Add(SpanRecord span)
    {
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
        Dictionary<RollupKey, RollupCell> cells = [];
        Dictionary<WorkflowFailure, TraceId> examples = [];
        (long First, long Last) minutes = (long.MaxValue, long.MinValue);
        int done = 0;
        foreach ((TraceId id, List<SpanRecord> spans) in _traces)
        {
            TraceContribution trace = _analyzer.Book(spans, closed: true, revised: false).Contribution;
            CellOf(cells, trace.Key).Add(trace);
            KeepExample(examples, trace, id);
            minutes = (Math.Min(minutes.First, trace.Minute), Math.Max(minutes.Last, trace.Minute));
            analysed?.Invoke(++done);
        }

        long? end = done == 0 ? null : (minutes.Last + 1) * MinuteNanos;
        return ReportBuilder.Build(new ReportInput
        {
            FromUnixNanos = done == 0 ? null : minutes.First * MinuteNanos,
            ToUnixNanos = end,
            AnalysedUntilUnixNanos = end,
            Cells = [.. cells],
            Workflow = workflow,
            ExampleTraceIds = examples,
        });
    }

    private static RollupCell CellOf(Dictionary<RollupKey, RollupCell> cells, RollupKey key)
    {
        if (!cells.TryGetValue(key, out RollupCell? cell))
        {
            cell = new RollupCell();
            cells.Add(key, cell);
        }

        return cell;
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
