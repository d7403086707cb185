using System.Diagnostics.Metrics;
using System.Text.Json;
using TraceGap.Aggregation;
using TraceGap.Otlp;
using TraceGap.Reporting;
using TraceGap.Reporting.Alerts;
using TraceGap.Server.Alerts;
using TraceGap.Server.Objectives;
using TraceGap.Server.Tests.Calls;
using TraceGap.Server.Tests.Security;
using TraceGap.Storage;

namespace TraceGap.Server.Tests.Alerts;

/// <summary>The watch over a real store and a real receiver, in made-up time.</summary>
public sealed class AlertServiceTests : IAsyncDisposable
{
    private const string Workflow = "shop/ask";
    private const int HealthyMinutes = 30;
    private const int TracesPerMinute = 60;
    private const long MinuteNanos = 60_000_000_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("tracegap-alerts-").FullName;
    private readonly ManualTimeProvider _time = new();
    private readonly ListeningReceiver _listener = new();
    private readonly RecordedLog _log = new();
    private readonly Meter _meter = new("tests");
    private readonly ObjectiveOptions _objectives = new();
    private AlertOptions _options;
    private TraceStore? _store;
    private AlertService? _service;
    private ulong _trace;

    public AlertServiceTests()
    {
        _time.Advance(TimeSpan.FromDays(20_000));
        _options = new AlertOptions { Receivers = [new ReceiverOptions("ops", ReceiverType.Webhook, _listener.Url, null)] };
        Open();
        for (int i = 0; i < HealthyMinutes; i++)
        {
            Pass(silent: 0);
        }
    }

    [Fact]
    public async Task A_degraded_agent_is_told_once_over_a_restart_and_its_recovery_once()
    {
        Start();
        await PassJudgedAsync(silent: 20);
        await ToldAsync("firing", "firing");

        Alert alert = _service!.List().Alerts.Single(static alert => alert.Rule == "divergence");
        Assert.Equal("firing", alert.Status);
        Assert.Equal(3, alert.Evidence!.ExampleTraceIds.Count);
        Assert.Equal(alert.Evidence.ExampleTraceIds.Order(StringComparer.Ordinal), alert.Evidence.ExampleTraceIds);
        Assert.InRange(alert.Evidence.Value!.Value, -0.34, -0.32);
        Assert.InRange(alert.Evidence.Value!.Value, alert.Evidence.Low!.Value, alert.Evidence.High!.Value);
        Assert.Contains("shop/ask: 33.3 %", alert.Summary, StringComparison.Ordinal);

        await PassJudgedAsync(silent: 20);
        await RestartAsync();
        await PassJudgedAsync(silent: 20);
        Assert.Equal("firing", _service.List().Alerts[0].Status);
        while (_service.List().Alerts.Any(static one => one.Status == "firing"))
        {
            await PassJudgedAsync(silent: 0);
        }

        await ToldAsync("firing", "firing", "resolved", "resolved");
        await RestartAsync();
        await PassJudgedAsync(silent: 0);

        Assert.Equal(4, Told(_listener).Count);
        Assert.All(_service.List().History, static notice => Assert.Equal("delivered", notice.Delivery));
    }

    [Fact]
    public async Task What_was_not_delivered_before_a_crash_is_delivered_after_it()
    {
        _listener.GoAway();
        Start();
        await PassJudgedAsync(silent: 20);
        await Eventually.Async(() => _service!.List().History.Count == 2);
        await StopAsync();
        _listener.ComeBack();

        Open();
        Start();
        await ToldAsync("firing", "firing");

        Assert.Equal(["0", "1"], Told(_listener).Select(static received => received.Headers["X-TraceGap-Notification"]));
    }

    [Fact]
    public async Task A_receiver_that_is_dead_shows_how_often_it_was_tried_and_why_in_vain_over_a_restart()
    {
        _listener.Status = 503;
        Start();
        await PassJudgedAsync(silent: 20);
        await Eventually.Async(() => Ticked() && Waiting() is { Attempts: >= 3 });
        Assert.Equal(("pending", "HTTP 503"), (Waiting()!.Delivery, Waiting()!.Problem));

        int tried = Waiting()!.Attempts;
        await RestartAsync();
        Assert.InRange(Waiting()!.Attempts, tried, int.MaxValue);
        Assert.Equal("HTTP 503", Waiting()!.Problem);

        _listener.Status = 200;
        await Eventually.Async(() => Ticked() && Waiting()!.Delivery == "delivered");
        Assert.InRange(Waiting()!.Attempts, tried + 1, int.MaxValue);
        Assert.Null(Waiting()!.Problem);

        // The first that there was to tell.
        AlertNotice? Waiting() => _service!.List().History is [.., AlertNotice first] ? first : null;
    }

    [Fact]
    public async Task A_silence_keeps_back_what_fires_and_what_still_does_when_it_ends_is_told_then()
    {
        _options.Silences = [new Silence("deploy", "shop/*", null, null, _time.GetUtcNow().AddMinutes(3))];
        Start();
        await PassJudgedAsync(silent: 20);
        await PassJudgedAsync(silent: 20);
        Assert.Equal("firing", _service!.List().Alerts[0].Status);
        Assert.Empty(Told(_listener));

        await PassJudgedAsync(silent: 20);
        await PassJudgedAsync(silent: 20);

        await ToldAsync("firing", "firing");
    }

    [Fact]
    public async Task A_receiver_that_is_new_hears_of_what_fires_and_one_that_is_gone_ends_what_waits_for_it()
    {
        using ListeningReceiver other = new();
        _listener.Status = 503;
        Start();
        await PassJudgedAsync(silent: 20);
        await Eventually.Async(() => _service!.List().History.Count == 2);
        await StopAsync();
        _options = new AlertOptions { Receivers = [new ReceiverOptions("new", ReceiverType.Webhook, other.Url, null)] };

        Open();
        Start();
        await PassJudgedAsync(silent: 20);
        await Eventually.Async(() => Ticked() && Told(other).Count == 2);

        await Eventually.Async(() => _service!.List().History.Count(static notice => notice.Problem == "the receiver is no longer configured") == 2);
    }

    [Fact]
    public async Task A_minute_that_is_not_analysed_is_not_judged()
    {
        long stuck = UnixNanos();
        Start(() => stuck);
        DateTime? before = await JudgedAsync();
        Pass(silent: 20);
        _time.Advance(TimeSpan.FromSeconds(5));
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(before, _service!.List().EvaluatedUntil);

        stuck = long.MaxValue;
        await Eventually.Async(() => Ticked() && _service.List().EvaluatedUntil > before);
        Assert.Equal("firing", _service.List().Alerts[0].Status);
    }

    [Fact]
    public async Task A_workflow_that_is_new_is_judged_by_its_first_minutes_although_no_more_come()
    {
        Start();
        await JudgedAsync();
        long minute = UnixNanos() / MinuteNanos;
        Commit(silent: 0, ok: 100, minute - 3, "shop/new");
        Commit(silent: 40, ok: 20, minute - 1, "shop/new");
        await Eventually.Async(() => Ticked() && _service!.List().Alerts.Count > 0);

        Assert.Equal("shop/new", _service!.List().Alerts[0].Workflow);
    }

    [Fact]
    public async Task Traces_that_come_late_count_in_their_minute()
    {
        Start();
        await JudgedAsync();
        Pass(silent: 0);
        Commit(silent: 40, ok: 0, minute: (UnixNanos() / MinuteNanos) - 8);
        await Eventually.Async(() => Ticked() && _service!.List().Alerts.Count > 0);

        Assert.Equal("firing", _service!.List().Alerts[0].Status);
    }

    [Fact]
    public void What_is_watched_and_who_is_told_is_shown_without_addresses_and_secrets()
    {
        DateTimeOffset now = _time.GetUtcNow();
        AlertOptions options = new()
        {
            Threshold = 0.05,
            P99Factor = 3,
            LayerShareRise = 0.2,
            Workflows = [new WorkflowRule("batch", "batch/*", null, TimeSpan.FromMinutes(10), true), new WorkflowRule("tests", "test/*", 0.2, TimeSpan.Zero, false, P99Factor: 4, LayerShareRise: 0.3)],
            Receivers = [new ReceiverOptions("ops", ReceiverType.Webhook, new Uri("http://hook.example/path"), "secret-text")],
            Silences = [new Silence("now", "shop/*", AlertRule.Silent, null, now.AddHours(1)), new Silence("over", "*", null, null, now), new Silence("soon", "*", null, now.AddTicks(1), null)],
        };

        ObjectiveOptions objectives = new() { Rules = [new ObjectiveRule("shop/*", new Objective("answers", 0.99, 7 * Objective.DayMinutes))] };

        AlertWatch watch = WatchView.Of(options, objectives, now);

        Assert.Equal(AlertNames.Rules.Select(AlertNames.Of), watch.Rules);
        Assert.Equal((3, 0.2), (watch.P99Factor, watch.LayerShareRise));
        Assert.Equal([new WatchedWorkflows("batch", "batch/*", 0.05, 3, 0.2, 600, true), new WatchedWorkflows("tests", "test/*", 0.2, 4, 0.3, 0, false)], watch.Workflows);
        Assert.Equal([new WatchedObjective("answers", "shop/*", 0.99, "7d")], watch.Objectives);
        Assert.Equal([new AlertReceiver("ops", "webhook")], watch.Receivers);
        Assert.Equal([("now", "silent", true), ("over", null, false), ("soon", null, false)], watch.Silences.Select(static silence => (silence.Name, silence.Rule, silence.Active)));
        string text = System.Text.Encoding.UTF8.GetString(AlertJson.WriteUtf8(new AlertList(null, [], [], watch)));
        Assert.DoesNotContain("secret-text", text, StringComparison.Ordinal);
        Assert.DoesNotContain("hook.example", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_budget_that_burns_is_told_with_its_objective_over_a_restart_and_is_over_where_nobody_asks_any_more()
    {
        _objectives.Rules = [new ObjectiveRule("shop/*", new Objective("answers", 0.99, 30 * 1440))];
        Start();
        while (!_service!.List().Alerts.Any(static alert => alert.Rule == "burn_rate"))
        {
            await PassJudgedAsync(silent: 60);
        }

        Alert alert = _service.List().Alerts.Single(static alert => alert.Rule == "burn_rate");
        Assert.Equal(("firing", "critical"), (alert.Status, alert.Severity));
        Assert.Equal((6, "30d"), (Math.Round(alert.Evidence!.Threshold, 6), alert.Evidence.Objective!.Window));
        Assert.InRange(alert.Evidence.Value!.Value, alert.Evidence.Low!.Value, alert.Evidence.High!.Value);
        Assert.InRange(alert.Evidence.Low!.Value, 1, 6);
        Assert.Equal(3, alert.Evidence.ExampleTraceIds.Count);
        Assert.Null(Assert.Single(alert.Fired!).To);
        int told = _service.List().History.Count(static notice => notice.Alert.Rule == "burn_rate");

        await RestartAsync();
        await PassJudgedAsync(silent: 60);
        Assert.Equal(told, _service.List().History.Count(static notice => notice.Alert.Rule == "burn_rate"));

        _objectives.Rules = [];
        await RestartAsync();
        await PassJudgedAsync(silent: 0);

        Alert over = _service.List().Alerts.Single(static alert => alert.Rule == "burn_rate");
        Assert.Equal(("resolved", "notWatched"), (over.Status, over.Reason));
        Assert.Equal(over.Since, Assert.Single(over.Fired!).To);
    }

    [Fact]
    public async Task A_loss_below_what_is_tolerated_that_the_week_did_not_have_is_a_shift()
    {
        _options.Threshold = 0.5;
        using (StoreTransaction transaction = _store!.Begin())
        {
            long end = (UnixNanos() / MinuteNanos) - 1440 - 60;
            for (long minute = end - (6 * 1440); minute < end; minute += 6)
            {
                transaction.Add(Trace(Workflow, minute, TraceOutcome.Ok));
            }

            transaction.Commit(0);
        }

        Start();
        await PassJudgedAsync(silent: 20);

        Alert alert = Assert.Single(_service!.List().Alerts);
        Assert.Equal(("shift", "firing", "warning"), (alert.Rule, alert.Status, alert.Severity));
        Assert.InRange(alert.Evidence!.Threshold, 0.0099, 0.05);
        Assert.Contains("more than in the week before", alert.Summary, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _listener.Dispose();
        _meter.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A minute with traffic goes by.</summary>
    private void Pass(int silent)
    {
        long minute = UnixNanos() / MinuteNanos;
        Commit(silent, TracesPerMinute - silent, minute);
        _time.Advance(TimeSpan.FromMinutes(1));
    }

    private async Task PassJudgedAsync(int silent)
    {
        await JudgedAsync();
        Pass(silent);
        await JudgedAsync();
    }

    private async Task<DateTime?> JudgedAsync()
    {
        await Eventually.Async(() => IsJudged() || !Ticked());
        return _service!.List().EvaluatedUntil;
    }

    // Made-up time runs fast, so a sender may lose patience with a receiver that did take a notification; it then comes again under the same number.
    private static List<Received> Told(ListeningReceiver receiver) =>
        [.. receiver.All.Where(static received => received.Status == 200).DistinctBy(static received => received.Headers["X-TraceGap-Notification"])];

    private bool IsJudged() => _service!.List().EvaluatedUntil is DateTime until && _time.GetUtcNow().UtcDateTime - until < TimeSpan.FromMinutes(1);

    private async Task ToldAsync(params string[] kinds)
    {
        await Eventually.Async(() => Ticked() && Told(_listener).Count >= kinds.Length);
        Assert.Equal(kinds, Told(_listener).Select(static received => JsonDocument.Parse(received.Body).RootElement.GetProperty("kind").GetString()));
    }

    private bool Ticked()
    {
        _time.Advance(TimeSpan.FromMilliseconds(100));
        return true;
    }

    private void Commit(int silent, int ok, long minute, string workflow = Workflow)
    {
        using StoreTransaction transaction = _store!.Begin();
        for (int i = 0; i < silent + ok; i++)
        {
            transaction.Add(Trace(workflow, minute, i < silent ? TraceOutcome.Failed : TraceOutcome.Ok));
        }

        transaction.Commit(0);
    }

    private TraceCommit Trace(string workflow, long minute, TraceOutcome outcome)
    {
        long end = (minute * MinuteNanos) + 1;
        StepKey key = new("shop", Layer.ToolCall, "search");
        return new TraceCommit
        {
            TraceId = IdOf(++_trace * 0x9e3779b97f4a7c15),
            NewSpans = [],
            Contribution = new TraceContribution
            {
                Key = new RollupKey("", "shop", workflow, ""),
                Minute = minute,
                Outcome = new OutcomeRecord([[key]], [new StepCount(key, 1, 0, 0, 0, 1, 0)], outcome, inferred: false, hasUnrecovered: false, lastFailed: false),
                Weight = 1 << 16,
                Spans = 0,
                Revised = false,
                DurationNanos = 1000,
                PathTimes = new long[TraceContribution.PathTimeCount],
                CoveredNanos = 0,
                Durations = [],
                CriticalTimes = [],
                Errors = [],
                Models = [],
                Waste = [],
                Serial = [],
                Failure = null,
            },
            OutcomeSource = OutcomeSource.Root,
            StartUnixNanos = end - 1000,
            EndUnixNanos = end,
            IsOpen = false,
            Revision = 1,
            FirstArrivalUnixNanos = end,
            LastArrivalUnixNanos = end,
        };
    }

    private static TraceId IdOf(ulong number)
    {
        byte[] bytes = new byte[16];
        BitConverter.TryWriteBytes(bytes, number);
        return TraceId.FromBytes(bytes);
    }

    private long UnixNanos() => (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;

    private void Open()
    {
        Assert.True(TraceStore.TryOpen(new StoreOptions { Folder = _folder }, out _store, out StoreError? error), error?.ToString());
    }

    private void Start(Func<long>? earliestInFlight = null)
    {
        Func<long> earliest = earliestInFlight ?? (static () => long.MaxValue);
        ObjectiveLedger objectives = new(_store!.ReadRollupSeries, _objectives, () => Math.Min(earliest(), UnixNanos()));
        _service = new AlertService(_store!, _options, objectives, earliest, new AlertMetrics(_meter), _time, _log);
        _service.Start();
    }

    private async Task RestartAsync()
    {
        await StopAsync();
        Open();
        Start();
    }

    private async Task StopAsync()
    {
        if (_service is not null)
        {
            await _service.DisposeAsync();
        }

        _store?.Dispose();
        _service = null;
        _store = null;
    }
}
