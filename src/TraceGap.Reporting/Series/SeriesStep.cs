using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>The figures of one step of a series, each made when it is first asked for, of those parts of the cells that it needs. One owner, no lock.</summary>
internal sealed class SeriesStep
{
    private readonly WindowGroups _groups;
    private readonly WindowSelection _selection;
    private readonly ReportInput _input;
    private readonly Lazy<WindowFigures> _figures;
    private readonly Lazy<ReliabilityReport> _reliability;
    private readonly Lazy<LatencyAttribution> _latency;
    private readonly Lazy<TraceTotals> _traces;

    /// <param name="input">Cells of the step alone.</param>
    public SeriesStep(ReportInput input)
        : this(input, new WindowGroups(input.Cells), input.Workflow)
    {
    }

    private SeriesStep(ReportInput input, WindowGroups groups, string? workflow)
    {
        _input = input;
        _groups = groups;
        _selection = new WindowSelection(groups, workflow);
        _figures = new Lazy<WindowFigures>(() => new WindowFigures(_selection));
        _reliability = new Lazy<ReliabilityReport>(() => ReliabilityMean.Of(_selection.Estimate(input)));
        _latency = new Lazy<LatencyAttribution>(SumOfLatency);
        _traces = new Lazy<TraceTotals>(SumOfTraces);
        Seconds = SecondsOf(input.FromUnixNanos, input.ToUnixNanos);
    }

    /// <summary>The workflows that it has traces of.</summary>
    public IEnumerable<string> Workflows => _selection.Groups.Select(static group => group.Key.Workflow).Distinct();

    /// <summary>The figures of one workflow.</summary>
    public SeriesStep Of(string workflow) => new(_input, _groups, workflow);

    /// <summary>Length of the step, seconds.</summary>
    public double Seconds { get; }

    /// <summary>Length of a step, seconds.</summary>
    public static double SecondsOf(long? fromUnixNanos, long? toUnixNanos) => ((toUnixNanos - fromUnixNanos) ?? 0) / 1e9;

    /// <summary>Sums; of <see cref="RollupParts.All"/>, or of what the one who asks looks at.</summary>
    public WindowFigures Figures => _figures.Value;

    /// <summary>Traces by outcome, without how many were revised; of <see cref="RollupParts.Counts"/>.</summary>
    public TraceCounts Counts => _traces.Value.ToCounts(revised: 0);

    /// <summary>Reliability; of <see cref="RollupParts.Paths"/>.</summary>
    public ReliabilityReport Reliability => _reliability.Value;

    /// <summary>Latency; of <see cref="RollupParts.Durations"/>, but for how much of it steps explain.</summary>
    public LatencyAttribution Latency => _latency.Value;

    /// <summary>
    /// Mean number of requests in flight, by Little's law: the time that requests took / the time there was. Of sampled traces each stands for as many as the mean weight says.
    /// </summary>
    public double? InFlight => Seconds > 0 ? (Latency.Mean ?? 0) / 1e3 * RequestsPerSecond : null;

    /// <summary>Ok and failed traces that ended, a second; weighted.</summary>
    public double RequestsPerSecond
    {
        get
        {
            WeightedCounts? weighted = _traces.Value.ToWeighted();
            return (weighted is null ? Counts.Ok + Counts.Failed : weighted.Ok + weighted.Failed) / Seconds;
        }
    }

    private LatencyAttribution SumOfLatency()
    {
        LatencyAttribution latency = new();
        foreach (RollupCell cell in _selection.Cells)
        {
            latency.Add(cell);
        }

        return latency;
    }

    private TraceTotals SumOfTraces()
    {
        TraceTotals traces = new();
        foreach (RollupCell cell in _selection.Cells)
        {
            traces.Add(cell.Outcomes);
        }

        traces.Add(_selection.Strays);
        return traces;
    }
}
