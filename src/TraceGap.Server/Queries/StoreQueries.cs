using TraceGap.Aggregation;
using TraceGap.Otlp;
using TraceGap.Reporting;
using TraceGap.Reporting.Alerts;
using TraceGap.Reporting.Traces;
using TraceGap.Server.Alerts;
using TraceGap.Server.Ingest;
using TraceGap.Server.Objectives;
using TraceGap.Storage;

namespace TraceGap.Server.Queries;

/// <summary>Answers queries from the store. Reports are made of rollups; a trace is analysed anew from its stored spans.</summary>
internal sealed class StoreQueries(
    TraceStore store, TraceAnalyzer analyzer, IngestPipeline pipeline, PriceTable prices, IReadOnlyDictionary<string, double> advertised, ObjectiveLedger objectives, AlertService alerts, TimeProvider time) : IReportQueries
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 1000;
    private const int DefaultSample = 1000;
    private const int MaxSample = 10_000;

    /// <inheritdoc/>
    public ValueTask<QueryAnswer> GetReportAsync(ReportQuery query, CancellationToken cancellationToken) =>
        Answer(query, input => ReportJson.WriteUtf8(ReportBuilder.Build(input) with { Objective = objectives.StandingOf(input.Workflow, cancellationToken)?.ToReport() }));

    /// <inheritdoc/>
    public ValueTask<QueryAnswer> ListWorkflowsAsync(ReportQuery query, CancellationToken cancellationToken) =>
        Answer(query, static input => ReportJson.WriteUtf8(ReportBuilder.Workflows(input)));

    /// <inheritdoc/>
    public ValueTask<QueryAnswer> GetCostsAsync(ReportQuery query, CancellationToken cancellationToken) =>
        Answer(query, input => ReportJson.WriteUtf8(CostBuilder.Build(input, prices)));

    /// <inheritdoc/>
    public ValueTask<QueryAnswer> CompareAsync(CompareQuery query, CancellationToken cancellationToken) => Ask(() =>
    {
        string? afterProblem = ReadQuery(query, out WindowQuery after);
        WindowQuery before = default;
        if ((afterProblem ?? ReadAgainst(query, after, out before)) is string problem)
        {
            return QueryAnswer.InvalidArgument(problem);
        }

        Comparison comparison = ComparisonBuilder.Build(
            ReportBuilder.Build(ReadInput(before)),
            ReportBuilder.Build(ReadInput(after)),
            new ComparedFilters(before.Cells.Environment, before.Cells.Version, after.Cells.Environment, after.Cells.Version));
        return QueryAnswer.Answered(ReportJson.WriteUtf8(comparison));
    });

    /// <inheritdoc/>
    public ValueTask<QueryAnswer> GetSensitivityAsync(ReportQuery query, CancellationToken cancellationToken) =>
        Answer(query, static input => ReportJson.WriteUtf8(SensitivityBuilder.Build(input)));

    /// <inheritdoc/>
    public ValueTask<QueryAnswer> GetDependenceAsync(ReportQuery query, CancellationToken cancellationToken) =>
        Answer(query, static input => ReportJson.WriteUtf8(DependenceBuilder.Build(input)));

    /// <inheritdoc/>
    public ValueTask<QueryAnswer> GetTimeSeriesAsync(SeriesQuery query, CancellationToken cancellationToken) => Ask(() =>
    {
        string? windowProblem = ReadQuery(query, out WindowQuery window);
        string? metricProblem = SeriesSteps.ReadMetrics(query.Metric, out IReadOnlyList<SeriesMetric> metrics);
        string? stepProblem = SeriesSteps.ReadStep(query.Step, window.Window, out long step);
        return (windowProblem ?? metricProblem ?? stepProblem) is string problem
            ? QueryAnswer.InvalidArgument(problem)
            : QueryAnswer.Answered(ReportJson.WriteUtf8(TimeSeriesBuilder.Build(ReadSteps(window, step, cancellationToken), metrics)));
    });

    /// <inheritdoc/>
    public ValueTask<QueryAnswer> GetConcurrencyAsync(ReportQuery query, CancellationToken cancellationToken) => Ask(() =>
    {
        if (ReadQuery(query, out WindowQuery window) is string problem)
        {
            return QueryAnswer.InvalidArgument(problem);
        }

        ReportInput whole = ReadInput(window);
        long step = Math.Max(SeriesSteps.Shortest(window.Window), ConcurrencyBuilder.StepMinutes(ConcurrencyBuilder.MeanMs(whole)));
        List<ReportInput> steps = ReadSteps(window, step, cancellationToken);

        // Of a step that is not over the requests that still run are missing.
        int over = Math.Max(1, steps.FindLastIndex(entry => entry.ToUnixNanos <= entry.AnalysedUntilUnixNanos) + 1);
        return QueryAnswer.Answered(ReportJson.WriteUtf8(ConcurrencyBuilder.Build(steps[..over])));
    });

    /// <inheritdoc/>
    public ValueTask<QueryAnswer> ListAlertsAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult(QueryAnswer.Answered(AlertJson.WriteUtf8(alerts.List())));

    /// <inheritdoc/>
    public ValueTask<QueryAnswer> WhatIfAsync(WhatIfQuery query, ReadOnlyMemory<byte> changes, CancellationToken cancellationToken) => Ask(() =>
    {
        string? windowProblem = ReadQuery(query, out WindowQuery window);
        string? sampleProblem = query.Sample is < 1 or > MaxSample ? $"sample: {query.Sample} is not from 1 to {MaxSample}" : null;
        string? changesProblem = WhatIfReader.Read(changes.Span, out ReplayChanges asked);
        if ((windowProblem ?? sampleProblem ?? changesProblem) is string problem)
        {
            return QueryAnswer.InvalidArgument(problem);
        }

        ReportInput input = ReadInput(window);
        WhatIfStudy study = new(input, asked, analyzer);
        TraceSample sample = store.ReadSample(
            new SampleQuery
            {
                FromUnixNanos = input.FromUnixNanos ?? 0,
                ToUnixNanos = input.ToUnixNanos ?? 0,
                Workflow = query.Workflow,
                Environment = query.Environment,
                Version = query.Version,
                Size = query.Sample ?? DefaultSample,
            },
            cancellationToken);
        foreach (IReadOnlyList<SpanRecord> trace in sample.Traces)
        {
            study.Add(trace, closed: true);
        }

        return QueryAnswer.Answered(WhatIfJson.WriteUtf8(study.ToReport(sample.Of)));
    });

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
        string? problem = ReadQuery(query, out WindowQuery window);
        return problem is null ? QueryAnswer.Answered(write(ReadInput(window))) : QueryAnswer.InvalidArgument(problem);
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

    /// <returns>What is wrong with the question, naming the parameter; null if all is well.</returns>
    private string? ReadQuery(ReportQuery query, out WindowQuery read)
    {
        read = default;
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
        read = new WindowQuery(window, cells, granularity, now);
        return null;
    }

    /// <summary>The other side of a comparison: as the first, but for what is said of it; the period before if nothing is.</summary>
    private static string? ReadAgainst(CompareQuery query, WindowQuery after, out WindowQuery before)
    {
        bool isSaid = (query.AgainstFrom ?? query.AgainstTo ?? query.AgainstEnvironment ?? query.AgainstVersion) is not null;
        long length = after.Window.ToMinute - after.Window.FromMinute;
        EventWindow window = isSaid ? after.Window : new EventWindow(Math.Max(0, after.Window.FromMinute - length), after.Window.FromMinute);
        string? problem = null;
        if ((query.AgainstFrom ?? query.AgainstTo) is not null)
        {
            problem = query.AgainstFrom is null || query.AgainstTo is null
                ? "againstFrom: give both againstFrom and againstTo"
                : EventWindow.Read(new ReportQuery { From = query.AgainstFrom, To = query.AgainstTo }, after.NowUnixNanos, out window);
            problem = problem is null || problem.StartsWith("against", StringComparison.Ordinal) ? problem : $"against{char.ToUpperInvariant(problem[0])}{problem[1..]}";
        }

        before = after with
        {
            Window = window,
            Cells = after.Cells with
            {
                FromMinute = window.FromMinute,
                ToMinute = window.ToMinute,
                Environment = query.AgainstEnvironment ?? after.Cells.Environment,
                Version = query.AgainstVersion ?? after.Cells.Version,
            },
        };
        return problem;
    }

    private ReportInput ReadInput(WindowQuery query)
    {
        // Read before the cells: what is analysed in between is then in the cells, and the time only errs towards the past.
        long earliestInFlight = pipeline.EarliestInFlightUnixNanos;
        return Input(query, store.ReadRollups(query.Cells), earliestInFlight);
    }

    private List<ReportInput> ReadSteps(WindowQuery query, long stepMinutes, CancellationToken stop)
    {
        long earliestInFlight = pipeline.EarliestInFlightUnixNanos;
        IReadOnlyList<RollupWindow> steps = store.ReadRollupSeries(query.Cells, stepMinutes, stop);
        return [.. steps.Select(step => Input(query, step, earliestInFlight))];
    }

    private ReportInput Input(WindowQuery query, RollupWindow found, long earliestInFlight)
    {
        EventWindow window = new(found.FromMinute, found.ToMinute);
        return new ReportInput
        {
            FromUnixNanos = window.FromUnixNanos,
            ToUnixNanos = window.ToUnixNanos,
            Cells = [.. found.Cells.Select(static cell => KeyValuePair.Create(cell.Key, cell.Cell))],
            Workflow = query.Cells.Workflow,
            Granularity = query.Granularity,
            ExampleTraceIds = Examples(found),
            Overflow = found.Overflow,
            AdvertisedReliabilities = advertised,
            AnalysedUntilUnixNanos = Math.Min(Math.Min(window.ToUnixNanos, query.NowUnixNanos), Math.Max(window.FromUnixNanos, earliestInFlight)),
        };
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

    private readonly record struct WindowQuery(EventWindow Window, CellQuery Cells, Granularity Granularity, long NowUnixNanos);
}
