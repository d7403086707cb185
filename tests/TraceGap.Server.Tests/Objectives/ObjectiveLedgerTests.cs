using System.Diagnostics.Metrics;
using TraceGap.Aggregation;
using TraceGap.Otlp;
using TraceGap.Reporting;
using TraceGap.Server.Objectives;
using TraceGap.Server.Telemetry.OpenMetrics;
using TraceGap.Storage;

namespace TraceGap.Server.Tests.Objectives;

public sealed class ObjectiveLedgerTests
{
    private const int Day = 1440;
    private const long Start = 28_000_000 / 60 * 60;
    private const long MinuteNanos = 60_000_000_000;
    private const string Workflow = "shop/ask";

    private readonly ObjectiveOptions _options = new() { Rules = [new ObjectiveRule("shop/*", new Objective("answers", 0.99, 7 * Day))] };
    private readonly Dictionary<long, (int Ok, int Failed)> _minutes = [];
    private readonly List<(CellQuery Query, long Step)> _asked = [];
    private long _last = Start + (8 * Day);

    [Fact]
    public void A_month_is_read_once_and_then_kept_up()
    {
        Fill(_last - (8 * Day), _last);
        ObjectiveLedger ledger = Ledger();

        Assert.Equal(Expected(), ledger.StandingOf(Workflow)!.Windows[7 * Day]);
        int first = _asked.Count;
        Assert.Null(ledger.StandingOf("bank/ask"));
        Assert.Null(ledger.StandingOf(null));
        Assert.Equal(first, _asked.Count);

        _minutes[++_last] = (5, 5);
        Assert.Equal(0.5, ledger.StandingOf(Workflow)!.Windows[1].Loss);
        Assert.InRange(_asked.Skip(first).Sum(static asked => asked.Query.ToMinute - asked.Query.FromMinute), 1, 100);
    }

    [Fact]
    public void Traces_that_come_late_or_are_revised_come_in_however_old_their_minute_is()
    {
        Fill(_last - (8 * Day), _last);
        ObjectiveLedger ledger = Ledger();
        ledger.StandingOf(Workflow);
        long[] late = [_last - 5, _last - 700, _last - (3 * Day)];
        foreach (long minute in late)
        {
            _minutes[minute] = (0, 1000);
        }

        _last++;
        Assert.Equal(1000, ledger.StandingOf(Workflow)!.Windows[13].Effective - (9 * 12), 6);
        for (int i = 0; i < 35; i++)
        {
            _last++;
            ledger.StandingOf(Workflow);
        }

        Assert.True(ledger.StandingOf(Workflow)!.Windows[Day].Loss > 0.1);
        for (int i = 0; i < 70; i++)
        {
            _last++;
            ledger.StandingOf(Workflow);
        }

        Assert.Equal(Expected(), ledger.StandingOf(Workflow)!.Windows[7 * Day]);
    }

    [Fact]
    public void Minutes_that_go_by_become_hours_and_leave_the_window()
    {
        Fill(_last - (8 * Day), _last);
        ObjectiveLedger ledger = Ledger();
        for (int i = 0; i < 9 * Day; i += 7)
        {
            Fill(_last + 1, _last + 7);
            _last += 7;
            ledger.StandingOf(Workflow);
        }

        Assert.Equal(Expected(), ledger.StandingOf(Workflow)!.Windows[7 * Day]);
        _last += 8 * Day;
        Assert.Null(ledger.StandingOf(Workflow));
    }

    [Fact]
    public void Without_objectives_nothing_is_read()
    {
        _options.Rules = [];

        Assert.Empty(Ledger().Standings());
        Assert.Empty(_asked);
    }

    [Fact]
    public void Gauges_have_the_names_that_dashboards_and_rules_ask_for()
    {
        Fill(_last - Day, _last);
        using Meter meter = new("objectives");
        using MetricsCollector collector = new(instrument => instrument.Meter == meter);
        ObjectiveMetrics.Add(meter, Ledger());

        string text = MetricsText.Write(collector.Collect(), MetricsFormat.OpenMetrics);

        Assert.Contains("\ntracegap_objective_ratio{workflow=\"shop/ask\"} 0.99\n", text, StringComparison.Ordinal);
        Assert.Contains("\ntracegap_error_budget_remaining_ratio{workflow=\"shop/ask\"} -10.", text, StringComparison.Ordinal);
        Assert.Contains("\ntracegap_burn_rate_ratio{workflow=\"shop/ask\",window=\"14m\"} ", text, StringComparison.Ordinal);
        Assert.Contains("\ntracegap_burn_rate_ratio{workflow=\"shop/ask\",window=\"1008m\"} ", text, StringComparison.Ordinal);
    }

    private ObjectiveLedger Ledger() => new(Read, _options, () => ((_last + 1) * MinuteNanos) + 7);

    private void Fill(long from, long to)
    {
        for (long minute = from; minute <= to; minute++)
        {
            _minutes[minute] = (8, minute % 10 == 0 ? 10 : 0);
        }
    }

    // Whole hours at the far end, as a report has them.
    private RequestSums Expected()
    {
        long from = (_last + 1 - (7 * Day)) / 60 * 60;
        RequestSums sum = default;
        foreach ((int ok, int failed) in _minutes.Where(entry => entry.Key >= from && entry.Key <= _last).Select(static entry => entry.Value))
        {
            sum += new RequestSums((Int128)(ok + failed) << 16, (Int128)(ok + failed) << 32, (Int128)failed << 16);
        }

        return sum;
    }

    private List<RollupWindow> Read(CellQuery query, long step, CancellationToken stop)
    {
        _asked.Add((query, step));
        List<RollupWindow> windows = [];
        for (long from = query.FromMinute / step * step; from < query.ToMinute; from += step)
        {
            RollupCell cell = new();
            for (long minute = from; minute < from + step; minute++)
            {
                (int ok, int failed) = _minutes.GetValueOrDefault(minute);
                Add(cell, TraceOutcome.Ok, ok);
                Add(cell, TraceOutcome.Failed, failed);
            }

            windows.Add(new RollupWindow
            {
                FromMinute = from,
                ToMinute = from + step,
                State = default,
                Cells = cell.Traces == 0 ? [] : [new KeyCell(new RollupKey("", "bank", "bank/ask", ""), cell), new KeyCell(new RollupKey("", "shop", Workflow, ""), cell)],
                Overflow = false,
                FailureExamples = new Dictionary<FailureKey, TraceId>(),
            });
        }

        return windows;
    }

    private static void Add(RollupCell cell, TraceOutcome outcome, int count)
    {
        if (count > 0)
        {
            cell.Outcomes.Add(new OutcomeRecord([], [], outcome, false, false, false), level: 0, new OutcomeWeight(count, (Int128)count << 16, (Int128)count << 32));
        }
    }
}
