using TraceGap.Aggregation;
using TraceGap.Server.Telemetry.Workflows;
using TraceGap.Server.Tests.Calls;
using TraceGap.Storage;

namespace TraceGap.Server.Tests.Telemetry;

public sealed class WorkflowFigureSourceTests
{
    private const long Minute = 60_000_000_000;

    private readonly ManualTimeProvider _time = new();
    private readonly List<CellQuery> _asked = [];
    private Func<IReadOnlyList<KeyCell>> _cells = () => [];
    private long _analysedUntil = (100 * Minute) + 1;

    [Fact]
    public void Windows_end_with_the_last_minute_of_which_all_is_analysed()
    {
        Source().Current();

        Assert.Equal([(95L, 100L), (40L, 100L), (-1340L, 100L)], _asked.Select(query => (query.FromMinute, query.ToMinute)));
    }

    [Fact]
    public void Two_looks_within_ten_seconds_cost_one_computation_and_longer_windows_are_kept_longer()
    {
        WorkflowFigureSource source = Source();
        _cells = () => [Cell("w", 1)];
        source.Current();
        _time.Advance(TimeSpan.FromSeconds(9));
        source.Current();
        Assert.Equal(3, _asked.Count);

        _analysedUntil += Minute;
        _time.Advance(TimeSpan.FromSeconds(1));
        source.Current();
        Assert.Equal([(96L, 101L)], _asked.Skip(3).Select(query => (query.FromMinute, query.ToMinute)));
    }

    [Fact]
    public void That_there_is_nothing_is_not_believed_for_long()
    {
        WorkflowFigureSource source = Source();
        source.Current();
        _cells = () => [Cell("w", 1)];
        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.All(source.Current(), figures => Assert.Equal("w", Assert.Single(figures.Reports).Workflow));
    }

    [Fact]
    public void The_workflows_with_the_most_traces_are_shown_and_the_others_counted()
    {
        _cells = () => [.. Enumerable.Range(1, 103).Select(traces => Cell($"w{traces}", traces))];

        WorkflowFigures figures = Source().Current()[0];

        Assert.Equal(3, figures.LeftOut);
        Assert.Equal(Enumerable.Range(4, 100).Reverse().Select(traces => (string?)$"w{traces}"), figures.Reports.Select(report => report.Workflow));
        Assert.Equal(103, figures.Reports[0].Traces.Total);
    }

    [Fact]
    public void While_the_store_cannot_be_read_the_last_figures_stay()
    {
        WorkflowFigureSource source = Source();
        _cells = () => [Cell("w", 1)];
        source.Current();
        _cells = () => throw new StorageUnavailableException(new StoreError(StoreProblem.IoFailed, "f", "d"));
        _time.Advance(TimeSpan.FromDays(1));

        Assert.Equal("w", Assert.Single(source.Current()[0].Reports).Workflow);
    }

    private WorkflowFigureSource Source() => new(
        query =>
        {
            _asked.Add(query);
            return _cells();
        },
        () => _analysedUntil,
        _time);

    private static KeyCell Cell(string workflow, int traces)
    {
        RollupCell cell = new();
        cell.Outcomes.Add(Ok, level: 0, new OutcomeWeight(traces, traces * (Int128)65536, traces * (Int128)65536 * 65536));
        return new KeyCell(new RollupKey("", "shop", workflow, ""), cell);
    }

    private static OutcomeRecord Ok { get; } = new([], [], TraceOutcome.Ok, inferred: false, hasUnrecovered: false, lastFailed: false);
}
