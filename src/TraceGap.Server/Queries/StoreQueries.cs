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
    TraceStore store, Func<TraceAnalyzer> analyzer, IngestPipeline pipeline, PriceTable prices, IReadOnlyDictionary<string, double> advertised, ObjectiveLedger objectives, AlertService alerts, TimeProvider time) : IReportQueries, IDisposable
{
    private const int MostJudged = 200;
    private const long MostJudgedSpans = 20_000;
    private const int DefaultSample = 1000;
    private const int MaxSample = 10_000;
    private const int MaxCoveredNames = 500;

    private readonly StepCache _steps = new();

    /// <inheritdoc/>
    public ValueTask<QueryAnswer> GetReportAsync(ReportQuery query, CancellationToken cancellationToken) =>
        Answer(query, input => ReportJson.WriteUtf8(ReportBuilder.Build(input) with { Objective = objectives.StandingOf(input.Workflow, cancellationToken)?.ToReport() }));

    /// <inheritdoc/>
    public ValueTask<QueryAnswer> ListWorkflowsAsync(ReportQuery query, CancellationToken cancellationToken) =>
        Answer(query, static input => ReportJson.WriteUtf8(ReportBuilder.Workflows(input)), ReportBuilder.WorkflowParts);

    /// <inheritdoc/>
    public ValueTask<QueryAnswer> ListFiltersAsync(ReportQuery query, CancellationToken cancellationToken) => Ask(() =>
    {
        if (ReadQuery(query, out WindowQuery window) is string problem)
        {
            return QueryAnswer.InvalidArgument(problem);
        }

        ReportWindow shown = new(Utc(window.Window.FromUnixNanos), Utc(window.Window.ToUnixNanos));
        return QueryAnswer.Answered(ReportJson.WriteUtf8(FilterList.Of(shown, store.ReadKeys(window.Cells))));
    });

    /// <inheritdoc/>
    public ValueTask<QueryAnswer> GetCostsAsync(ReportQuery query, CancellationToken cancellationToken) =>
        Answer(query, input => ReportJson.WriteUtf8(CostBuilder.Build(input, prices)), CostBuilder.Parts);

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
        Answer(query, static input => ReportJson.WriteUtf8(SensitivityBuilder.Build(input)), SensitivityBuilder.Parts);

    /// <inheritdoc/>
    public ValueTask<QueryAnswer> GetDependenceAsync(ReportQuery query, CancellationToken cancellationToken) =>
        Answer(query, static input => ReportJson.WriteUtf8(DependenceBuilder.Build(input)), DependenceBuilder.Parts);

    /// <inheritdoc/>
    public ValueTask<QueryAnswer> GetTimeSeriesAsync(SeriesQuery query, CancellationToken cancellationToken) => Ask(() =>
    {
        string? windowProblem = ReadQuery(query, out WindowQuery window);
        IReadOnlyList<SeriesMetric> metrics = [];
        SeriesGroups? groups = null;
        string? metricProblem = query.By is string by ? SeriesSteps.ReadGroups(by, query.Metric, out groups) : SeriesSteps.ReadMetrics(query.Metric, out metrics);
        string? stepProblem = SeriesSteps.ReadStep(query.Step, window.Window, groups is not null, out long step);
        if ((windowProblem ?? metricProblem ?? stepProblem) is string problem)
        {
            return QueryAnswer.InvalidArgument(problem);
        }

        TimeSeries series = groups is null ? Series(window, step, metrics, cancellationToken) : TimeSeriesBuilder.Build(ReadSteps(window, step, groups.Parts, cancellationToken), groups);
        return QueryAnswer.Answered(ReportJson.WriteUtf8(series));
    });

    private TimeSeries Series(WindowQuery query, long stepMinutes, IReadOnlyList<SeriesMetric> metrics, CancellationToken stop)
    {
        RollupParts parts = metrics.Aggregate(RollupParts.Counts, static (parts, metric) => parts | metric.Parts);
        StepQuestion question = new(query.Cells.Workflow, query.Cells.Environment, query.Cells.Version, query.Granularity, string.Join(',', metrics.Select(static metric => metric.Name)));
        Dictionary<long, StepValues> known = [];
        long earliestInFlight = pipeline.EarliestInFlightUnixNanos;
        IReadOnlyList<StepValues> steps = store.ReadRollupSeries(
            query.Cells with { Parts = parts }, stepMinutes, step => _steps.TryGet(question, step, out StepValues? values) && known.TryAdd(step.FromMinute, values), Read, stop);
        long analysedUntil = AnalysedUntil(query, steps[^1].FromUnixNanos ?? 0, steps[^1].ToUnixNanos ?? 0, earliestInFlight);
        return TimeSeriesBuilder.Build(query.Cells.Workflow, analysedUntil, metrics, steps);

        StepValues Read(RollupWindow step)
        {
            if (!known.TryGetValue(step.FromMinute, out StepValues? values))
            {
                values = TimeSeriesBuilder.ValuesOf(Input(query, step, earliestInFlight, []), metrics);
                _steps.Add(question, new RollupStep(step.FromMinute, step.ToMinute, step.State), values);
            }

            return values;
        }
    }

    /// <inheritdoc/>
    public ValueTask<QueryAnswer> GetConcurrencyAsync(ReportQuery query, CancellationToken cancellationToken) => Ask(() =>
    {
        if (ReadQuery(query, out WindowQuery window) is string problem)
        {
            return QueryAnswer.InvalidArgument(problem);
        }

        ReportInput whole = ReadInput(window, ConcurrencyBuilder.Parts);
        long step = Math.Max(SeriesSteps.Shortest(window.Window), ConcurrencyBuilder.StepMinutes(ConcurrencyBuilder.MeanMs(whole)));
        long earliestInFlight = pipeline.EarliestInFlightUnixNanos;
        IReadOnlyList<LoadStep> steps = store.ReadRollupSeries(
            window.Cells with { Parts = ConcurrencyBuilder.Parts }, step, static _ => false, found => new LoadStep(Input(window, found, earliestInFlight, [])), cancellationToken);
        int over = Math.Max(1, steps.Count - steps.Reverse().TakeWhile(static step => !step.IsOver).Count());
        return QueryAnswer.Answered(ReportJson.WriteUtf8(ConcurrencyBuilder.Build(query.Workflow, [.. steps.Take(over)])));
    });

    /// <inheritdoc/>
    public ValueTask<QueryAnswer> GetCoverageAsync(SampledQuery query, CancellationToken cancellationToken) => Ask(() =>
    {
        string? windowProblem = ReadQuery(query, out WindowQuery asked);
        if ((windowProblem ?? SampleProblem(query)) is string problem)
        {
            return QueryAnswer.InvalidArgument(problem);
        }

        EventWindow window = asked.Window;
        TraceSample sample = ReadSample(query, window.FromUnixNanos, window.ToUnixNanos, cancellationToken);
        TraceAnalyzer rulesOfNow = analyzer();
        LayerCensus census = new();
        foreach (IReadOnlyList<SpanRecord> trace in sample.Traces.Where(static trace => trace.Count > 0))
        {
            census.Add(rulesOfNow.Analyze(trace, closed: true));
        }

        return QueryAnswer.Answered(ReportJson.WriteUtf8(census.ToReport(window.FromUnixNanos, window.ToUnixNanos, query.Workflow, sample.Of, MaxCoveredNames)));
    });

    /// <inheritdoc/>
    public ValueTask<QueryAnswer> ListAlertsAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult(QueryAnswer.Answered(AlertJson.WriteUtf8(alerts.List())));

    /// <inheritdoc/>
    public ValueTask<QueryAnswer> WhatIfAsync(SampledQuery query, ReadOnlyMemory<byte> changes, CancellationToken cancellationToken) => Ask(() =>
    {
        string? windowProblem = ReadQuery(query, out WindowQuery window);
        string? sampleProblem = SampleProblem(query);
        string? changesProblem = WhatIfReader.Read(changes.Span, out ReplayChanges asked);
        if ((windowProblem ?? sampleProblem ?? changesProblem) is string problem)
        {
            return QueryAnswer.InvalidArgument(problem);
        }

        ReportInput input = ReadInput(window);
        WhatIfStudy study = new(input, asked, analyzer());
        TraceSample sample = ReadSample(query, input.FromUnixNanos ?? 0, input.ToUnixNanos ?? 0, cancellationToken);
        foreach (IReadOnlyList<SpanRecord> trace in sample.Traces)
        {
            study.Add(trace, closed: true);
        }

        return QueryAnswer.Answered(WhatIfJson.WriteUtf8(study.ToReport(sample.Of)));
    });

    /// <inheritdoc/>
    public ValueTask<QueryAnswer> ListTracesAsync(TracesQuery query, CancellationToken cancellationToken)
    {
        if (TraceSearchText.Read(query, UnixNanos(), out TraceQuery search) is string problem)
        {
            return ValueTask.FromResult(QueryAnswer.InvalidArgument(problem));
        }

        return Ask(() =>
        {
            TracePage page = store.ListTraces(search, cancellationToken);
            TraceList list = new([.. page.Traces.Select(Entry)], page.Next?.ToString(), page is { IsCut: true, Next: TraceCursor next } ? Utc(next.EndUnixNanos) : null);
            return QueryAnswer.Answered(TraceReportJson.WriteUtf8(list));
        });
    }

    /// <inheritdoc/>
    public ValueTask<QueryAnswer> GetQualityAsync(ReportQuery query, CancellationToken cancellationToken) => Ask(() =>
    {
        if (ReadQuery(query, out WindowQuery window) is string problem)
        {
            return QueryAnswer.InvalidArgument(problem);
        }

        TracePage latest = store.ListTraces(
            new TraceQuery
            {
                FromUnixNanos = window.Window.FromUnixNanos,
                ToUnixNanos = window.Window.ToUnixNanos,
                Workflow = query.Workflow,
                Environment = query.Environment,
                Version = query.Version,
                Limit = MostJudged,
            },
            cancellationToken);
        ReportWindow shown = new(Utc(window.Window.FromUnixNanos), Utc(window.Window.ToUnixNanos));
        return QueryAnswer.Answered(TraceReportJson.WriteUtf8(QualityBuilder.Build(shown, query.Workflow, Judged(latest.Traces, cancellationToken))));
    });

    // The first in any case.
    private IEnumerable<TraceReport> Judged(IReadOnlyList<TraceSummary> traces, CancellationToken stop)
    {
        long spans = 0;
        foreach (TraceSummary trace in traces)
        {
            stop.ThrowIfCancellationRequested();
            if (spans > 0 && spans + trace.Spans > MostJudgedSpans)
            {
                yield break;
            }

            spans += trace.Spans;
            if (store.Find(trace.TraceId) is { AllSpans.Count: > 0 } stored)
            {
                yield return Analyzed(stored);
            }
        }
    }

    private TraceReport Analyzed(StoredTrace stored)
    {
        TraceFindings findings = analyzer().Analyze(stored.AllSpans, closed: !stored.IsOpen);
        HashSet<SpanId> late = [.. stored.LateSpans.Select(static span => span.SpanId)];
        return TraceReportBuilder.Build(findings, stored.Revision, late);
    }

    /// <inheritdoc/>
    public void Dispose() => _steps.Dispose();

    private static DateTime Utc(long unixNanos) => DateTime.UnixEpoch.AddTicks(unixNanos / TimeSpan.NanosecondsPerTick);

    /// <inheritdoc/>
    public ValueTask<QueryAnswer> GetTraceAsync(string traceId, CancellationToken cancellationToken)
    {
        if (!TraceId.TryParse(traceId, out TraceId id))
        {
            return ValueTask.FromResult(QueryAnswer.InvalidArgument($"traceId: \"{traceId}\" is not 32 hexadecimal digits"));
        }

        return Ask(() =>
        {
            // Of a trace whose block was damaged only what was booked is left.
            if (store.Find(id) is not { AllSpans.Count: > 0 } stored)
            {
                return QueryAnswer.NotFound($"no trace {id} is stored; one that is still arriving shows up seconds after its root ended");
            }

            return QueryAnswer.Answered(TraceReportJson.WriteUtf8(Analyzed(stored)));
        });
    }

    private ValueTask<QueryAnswer> Answer(ReportQuery query, Func<ReportInput, byte[]> write, RollupParts parts = RollupParts.All) => Ask(() =>
    {
        string? problem = ReadQuery(query, out WindowQuery window);
        return problem is null ? QueryAnswer.Answered(write(ReadInput(window, parts))) : QueryAnswer.InvalidArgument(problem);
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

    private static string? SampleProblem(SampledQuery query) => query.Sample is < 1 or > MaxSample ? $"sample: {query.Sample} is not from 1 to {MaxSample}" : null;

    private TraceSample ReadSample(SampledQuery query, long fromUnixNanos, long toUnixNanos, CancellationToken stop) => store.ReadSample(
        new SampleQuery
        {
            FromUnixNanos = fromUnixNanos,
            ToUnixNanos = toUnixNanos,
            Workflow = query.Workflow,
            Environment = query.Environment,
            Version = query.Version,
            Size = query.Sample ?? DefaultSample,
        },
        stop);

    private ReportInput ReadInput(WindowQuery query, RollupParts parts = RollupParts.All)
    {
        // Read before the cells: what is analysed in between is then in the cells, and the time only errs towards the past.
        long earliestInFlight = pipeline.EarliestInFlightUnixNanos;
        RollupWindow found = store.ReadRollups(query.Cells with { Parts = parts });
        EventWindow window = new(found.FromMinute, found.ToMinute);
        IReadOnlyList<StoredRuleSet> ruleSets = store.ReadRuleSets(window.FromUnixNanos, window.ToUnixNanos);
        return Input(query, found, earliestInFlight, [.. ruleSets.Select(static set => new RuleSetTime(set.Id, set.FromUnixNanos))]);
    }

    private List<ReportInput> ReadSteps(WindowQuery query, long stepMinutes, RollupParts parts, CancellationToken stop)
    {
        long earliestInFlight = pipeline.EarliestInFlightUnixNanos;
        IReadOnlyList<RollupWindow> steps = store.ReadRollupSeries(query.Cells with { Parts = parts }, stepMinutes, stop);
        return [.. steps.Select(step => Input(query, step, earliestInFlight, []))];
    }

    private ReportInput Input(WindowQuery query, RollupWindow found, long earliestInFlight, IReadOnlyList<RuleSetTime> ruleSets)
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
            RuleSets = ruleSets,
            AnalysedUntilUnixNanos = AnalysedUntil(query, window.FromUnixNanos, window.ToUnixNanos, earliestInFlight),
        };
    }

    private static long AnalysedUntil(WindowQuery query, long fromUnixNanos, long toUnixNanos, long earliestInFlight) =>
        Math.Min(Math.Min(toUnixNanos, query.NowUnixNanos), Math.Max(fromUnixNanos, earliestInFlight));

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
