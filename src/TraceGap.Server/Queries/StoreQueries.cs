using TraceGap.Aggregation;
using TraceGap.Otlp;
using TraceGap.Reporting;
using TraceGap.Reporting.Traces;
using TraceGap.Server.Ingest;
using TraceGap.Storage;

namespace TraceGap.Server.Queries;

/// <summary>Answers queries from the store. Reports are made of rollups; a trace is analysed anew from its stored spans.</summary>
internal sealed class StoreQueries(TraceStore store, TraceAnalyzer analyzer, IngestPipeline pipeline, TimeProvider time) : IReportQueries
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 1000;

    /// <inheritdoc/>
    public ValueTask<QueryAnswer> GetReportAsync(ReportQuery query, CancellationToken cancellationToken) =>
        Answer(query, static input => ReportJson.WriteUtf8(ReportBuilder.Build(input)));

    /// <inheritdoc/>
    public ValueTask<QueryAnswer> ListWorkflowsAsync(ReportQuery query, CancellationToken cancellationToken) =>
        Answer(query, static input => ReportJson.WriteUtf8(ReportBuilder.Workflows(input)));

    /// <inheritdoc/>
    public ValueTask<QueryAnswer> ListTracesAsync(TracesQuery query, CancellationToken cancellationToken)
    {
        if (ReadTraceQuery(query, out TraceQuery search) is string problem)
        {
            return ValueTask.FromResult(QueryAnswer.InvalidArgument(problem));
        }

        return Ask(() =>
        {
            TracePage page = store.ListTraces(search);
            TraceList list = new([.. page.Traces.Select(Entry)], page.Next?.ToString());
            return QueryAnswer.Answered(TraceReportJson.WriteUtf8(list));
        });
    }

    /// <inheritdoc/>
    public ValueTask<QueryAnswer> GetTraceAsync(string traceId, CancellationToken cancellationToken)
    {
        if (!TraceId.TryParse(traceId, out TraceId id))
        {
            return ValueTask.FromResult(QueryAnswer.InvalidArgument($"traceId: \"{traceId}\" is not 32 hexadecimal digits"));
        }

        return Ask(() =>
        {
            if (store.Find(id) is not StoredTrace stored)
            {
                return QueryAnswer.NotFound($"no trace {id} is stored; one that is still arriving shows up seconds after its root ended");
            }

            TraceFindings findings = analyzer.Analyze(stored.AllSpans, closed: !stored.IsOpen);
            HashSet<SpanId> late = [.. stored.LateSpans.Select(static span => span.SpanId)];
            return QueryAnswer.Answered(TraceReportJson.WriteUtf8(TraceReportBuilder.Build(findings, stored.Revision, late)));
        });
    }

    private ValueTask<QueryAnswer> Answer(ReportQuery query, Func<ReportInput, byte[]> write) => Ask(() =>
    {
        string? problem = ReadInput(query, out ReportInput input);
        return problem is null ? QueryAnswer.Answered(write(input)) : QueryAnswer.InvalidArgument(problem);
    });

    private static ValueTask<QueryAnswer> Ask(Func<QueryAnswer> read)
    {
        try
        {
            return ValueTask.FromResult(read());
        }
        catch (StorageUnavailableException failure)
        {
            return ValueTask.FromResult(QueryAnswer.Unavailable(failure.Message));
        }
    }

    private string? ReadInput(ReportQuery query, out ReportInput input)
    {
        input = new ReportInput { Cells = [] };
        long now = UnixNanos();
        if (EventWindow.Read(query, now, out EventWindow window) is string problem)
        {
            return problem;
        }

        if (!Enum.TryParse(query.Granularity ?? "step", ignoreCase: true, out Granularity granularity) || !Enum.IsDefined(granularity))
        {
            return $"granularity: \"{query.Granularity}\" is neither step nor layer";
        }

        CellQuery cells = new()
        {
            FromMinute = window.FromMinute,
            ToMinute = window.ToMinute,
            Workflow = query.Workflow,
            Environment = query.Environment,
            Version = query.Version,
        };

        // Read before the cells: what is analysed in between is then in the cells, and the time only errs towards the past.
        long earliestInFlight = pipeline.EarliestInFlightUnixNanos;
        RollupWindow found = store.ReadRollups(cells);
        window = new EventWindow(found.FromMinute, found.ToMinute);
        input = new ReportInput
        {
            FromUnixNanos = window.FromUnixNanos,
            ToUnixNanos = window.ToUnixNanos,
            Cells = [.. found.Cells.Select(static cell => KeyValuePair.Create(cell.Key, cell.Cell))],
            Workflow = query.Workflow,
            Granularity = granularity,
            ExampleTraceIds = Examples(found),
            Overflow = found.Overflow,
            AnalysedUntilUnixNanos = Math.Min(Math.Min(window.ToUnixNanos, now), Math.Max(window.FromUnixNanos, earliestInFlight)),
        };
        return null;
    }

    /// <summary>The store answers over all keys of the query; a report takes the smallest over its workflows, which is the same.</summary>
    private static Dictionary<WorkflowFailure, TraceId> Examples(RollupWindow found)
    {
        Dictionary<WorkflowFailure, TraceId> examples = [];
        foreach (KeyCell cell in found.Cells)
        {
            foreach (FailureKey failure in cell.Cell.Failures.Keys)
            {
                if (found.FailureExamples.TryGetValue(failure, out TraceId example))
                {
                    examples[new WorkflowFailure(cell.Key.Workflow, failure)] = example;
                }
            }
        }

        return examples;
    }

    private string? ReadTraceQuery(TracesQuery query, out TraceQuery search)
    {
        search = new TraceQuery();
        if (EventWindow.Read(query, UnixNanos(), out EventWindow window) is string problem)
        {
            return problem;
        }

        TraceOutcome outcome = default;
        if (query.Outcome is not null && (!Enum.TryParse(query.Outcome, ignoreCase: true, out outcome) || !Enum.IsDefined(outcome)))
        {
            return $"outcome: \"{query.Outcome}\" is none of ok, failed, cancelled, unknown, open";
        }

        Layer layer = default;
        if (query.Layer is not null && !LayerNames.TryParse(query.Layer, out layer))
        {
            return $"layer: \"{query.Layer}\" is no layer";
        }

        long minDuration = 0;
        if (query.MinDuration is not null && !WindowText.TryParseDuration(query.MinDuration, out minDuration))
        {
            return $"minDuration: \"{query.MinDuration}\" is no duration; write 500ms or 2s";
        }

        if (query.Limit is < 1 or > MaxLimit)
        {
            return $"limit: {query.Limit} is not from 1 to {MaxLimit}";
        }

        TraceCursor cursor = default;
        if (query.Cursor is not null && !TraceCursor.TryParse(query.Cursor, out cursor))
        {
            return "cursor: is no nextCursor of an answer";
        }

        search = new TraceQuery
        {
            FromUnixNanos = window.FromUnixNanos,
            ToUnixNanos = window.ToUnixNanos,
            Workflow = query.Workflow,
            Environment = query.Environment,
            Version = query.Version,
            Outcome = query.Outcome is null ? null : outcome,
            Layer = query.Layer is null ? null : layer,
            MinDurationNanos = query.MinDuration is null ? null : minDuration,
            Limit = query.Limit ?? DefaultLimit,
            Cursor = query.Cursor is null ? null : cursor,
        };
        return null;
    }

    private static TraceEntry Entry(TraceSummary trace) => new(
        trace.TraceId.ToString(),
        trace.Key.Workflow,
        trace.Key.Environment,
        trace.Key.Version,
        TraceReportBuilder.OutcomeText(trace.Outcome),
        TraceReportBuilder.SourceText(trace.OutcomeSource),
        TraceReportBuilder.Nanos(trace.StartUnixNanos),
        TraceReportBuilder.Nanos(trace.EndUnixNanos),
        trace.Key.HasRoot ? trace.DurationNanos / 1e6 : null,
        trace.Spans,
        trace.Revision,
        trace.Failure is FailureKey failure
            ? new TraceEntryFailure(failure.Layer is Layer layer ? LayerNames.Of(layer) : null, failure.Step?.Text, failure.ErrorType)
            : null);

    private long UnixNanos() => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
}
