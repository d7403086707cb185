using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>The figures of one step of a series, each made when it is first asked for.</summary>
internal sealed class SeriesStep
{
    private readonly WindowGroups _groups;
    private readonly WindowSelection _selection;
    private readonly ReportInput _input;
    private readonly Lazy<WindowFigures> _figures;
    private readonly Lazy<ReliabilityReport> _reliability;
    private readonly Lazy<LatencyReport> _latency;

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
        _latency = new Lazy<LatencyReport>(() => Figures.Latency.ToReport(Figures.StepCells));
        Seconds = ((input.ToUnixNanos - input.FromUnixNanos) ?? 0) / 1e9;
    }

    /// <summary>The workflows that it has traces of.</summary>
    public IEnumerable<string> Workflows => _selection.Groups.Select(static group => group.Key.Workflow).Distinct();

    /// <summary>The figures of one workflow.</summary>
    public SeriesStep Of(string workflow) => new(_input, _groups, workflow);

    /// <summary>Length of the step, seconds.</summary>
    public double Seconds { get; }

    /// <summary>Sums.</summary>
    public WindowFigures Figures => _figures.Value;

    /// <summary>Traces by outcome.</summary>
    public TraceCounts Counts => Figures.Traces.ToCounts(Figures.Revised);

    /// <summary>Reliability.</summary>
    public ReliabilityReport Reliability => _reliability.Value;

    /// <summary>Latency.</summary>
    public LatencyReport Latency => _latency.Value;

    /// <summary>
    /// Mean number of requests in flight, by Little's law: the time that requests took / the time there was. Of sampled traces each stands for as many as the mean weight says.
    /// </summary>
    public double? InFlight => Seconds > 0 ? (Latency.Mean ?? 0) / 1e3 * RequestsPerSecond : null;

    /// <summary>Ok and failed traces that ended, a second; weighted.</summary>
    public double RequestsPerSecond
    {
        get
        {
            WeightedCounts? weighted = Figures.Traces.ToWeighted();
            return (weighted is null ? Counts.Ok + Counts.Failed : weighted.Ok + weighted.Failed) / Seconds;
        }
    }
}
