using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TraceGap.Reporting.Alerts;
using TraceGap.Server.Alerts;
using TraceGap.Server.Alerts.Delivery;
using TraceGap.Server.Tests.Calls;
using TraceGap.Server.Tests.Security;

namespace TraceGap.Server.Tests.Alerts;

public sealed class DeliveryTests : IDisposable
{
    private static readonly DateTime Ten = DateTime.UnixEpoch.AddHours(10);

    private readonly ListeningReceiver _listener = new();
    private readonly ManualTimeProvider _time = new();
    private readonly HttpClient _http = new() { Timeout = Timeout.InfiniteTimeSpan };
    private readonly Meter _meter = new("tests");
    private readonly RecordedLog _log = new();
    private readonly List<AlertNotice> _tried = [];
    private readonly List<AlertNotice> _done = [];
    private readonly Lock _lock = new();

    public DeliveryTests() => _time.Advance(TimeSpan.FromHours(10));

    private int Done
    {
        get
        {
            lock (_lock)
            {
                return _done.Count;
            }
        }
    }

    [Fact]
    public async Task A_webhook_is_signed_over_its_time_and_body()
    {
        WebhookNotifier notifier = new(new HttpDelivery(_http, _time), _listener.Url, "geheim", _time);

        DeliveryResult result = await notifier.NotifyAsync(Notice(7), CancellationToken.None);

        Assert.Equal(DeliveryOutcome.Delivered, result.Outcome);
        Received received = Assert.Single(_listener.All);
        Assert.Equal("36000", received.Headers["X-TraceGap-Timestamp"]);
        Assert.Equal("7", received.Headers["X-TraceGap-Notification"]);
        byte[] mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes("geheim"), (byte[])[.. Encoding.UTF8.GetBytes("36000."), .. received.Body]);
        Assert.Equal($"sha256={Convert.ToHexStringLower(mac)}", received.Headers["X-TraceGap-Signature"]);
        Assert.Equal("shop/ask", JsonDocument.Parse(received.Body).RootElement.GetProperty("alert").GetProperty("workflow").GetString());
    }

    [Fact]
    public async Task An_alertmanager_is_told_the_rules_name_and_how_urgent_it_is()
    {
        AlertmanagerNotifier notifier = new(new HttpDelivery(_http, _time), _listener.Url, null, _time);

        await notifier.NotifyAsync(Notice(1) with { Alert = Notice(1).Alert with { Rule = "slow_burn", Severity = "warning" } }, CancellationToken.None);

        JsonElement labels = JsonDocument.Parse(Assert.Single(_listener.All).Body).RootElement[0].GetProperty("labels");
        Assert.Equal(("TraceGapSlowBurn", "slow_burn", "warning"), (labels.GetProperty("alertname").GetString(), labels.GetProperty("rule").GetString(), labels.GetProperty("severity").GetString()));
    }

    [Fact]
    public async Task Without_a_secret_there_is_no_signature()
    {
        await new WebhookNotifier(new HttpDelivery(_http, _time), _listener.Url, null, _time).NotifyAsync(Notice(1), CancellationToken.None);

        Assert.DoesNotContain("X-TraceGap-Signature", Assert.Single(_listener.All).Headers.Keys);
    }

    [Fact]
    public async Task An_alertmanager_is_told_labels_start_and_an_end_ahead_and_of_the_end_once_it_is_there()
    {
        AlertmanagerNotifier notifier = new(new HttpDelivery(_http, _time), new Uri(_listener.Url, "/am/"), "http://tracegap.example", _time);

        await notifier.NotifyAsync(Notice(1), CancellationToken.None);
        await notifier.NotifyAsync(Notice(2, NoticeKinds.Resolved), CancellationToken.None);
        await notifier.RepeatAsync([], CancellationToken.None);
        await notifier.RepeatAsync([Notice(1).Alert], CancellationToken.None);

        Assert.Equal(3, _listener.All.Count);
        Assert.All(_listener.All, static received => Assert.Equal("/am/api/v2/alerts", received.Path));
        JsonElement[] alerts = [.. _listener.All.Select(static received => JsonDocument.Parse(received.Body).RootElement[0])];
        Assert.Equal(["1970-01-01T10:05:00.000Z", "1970-01-01T10:00:00.000Z", "1970-01-01T10:05:00.000Z"], alerts.Select(static alert => alert.GetProperty("endsAt").GetString()));
        Assert.All(alerts, static alert => Assert.Equal("1970-01-01T09:59:00.000Z", alert.GetProperty("startsAt").GetString()));
        Assert.Equal("critical", alerts[0].GetProperty("labels").GetProperty("severity").GetString());
        Assert.Equal("TraceGapDivergence", alerts[0].GetProperty("labels").GetProperty("alertname").GetString());
        Assert.Equal(alerts[0].GetProperty("labels").ToString(), alerts[1].GetProperty("labels").ToString());
        Assert.Equal("http://tracegap.example/api/v1/report?workflow=shop%2Fask", alerts[0].GetProperty("generatorURL").GetString());
    }

    [Fact]
    public async Task Names_cannot_mention_anybody_in_slack()
    {
        AlertNotice notice = Notice(1) with { Alert = Notice(1).Alert with { Summary = "<!channel> & co" } };

        await new SlackNotifier(new HttpDelivery(_http, _time), _listener.Url).NotifyAsync(notice, CancellationToken.None);

        string? text = JsonDocument.Parse(Assert.Single(_listener.All).Body).RootElement.GetProperty("text").GetString();
        Assert.Equal(":rotating_light: &lt;!channel&gt; &amp; co", text);
    }

    [Theory]
    [InlineData(200, "Delivered")]
    [InlineData(429, "TryAgain")]
    [InlineData(503, "TryAgain")]
    [InlineData(302, "Refused")]
    [InlineData(400, "Refused")]
    public async Task The_status_tells_whether_to_try_again(int status, string outcome)
    {
        _listener.Status = status;
        using HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false });

        DeliveryResult result = await new HttpDelivery(http, _time).PostAsync(_listener.Url, "{}"u8.ToArray(), CancellationToken.None);

        Assert.Equal(outcome, result.Outcome.ToString());
    }

    [Fact]
    public async Task What_a_receiver_does_not_take_is_sent_again_until_it_does_and_in_order()
    {
        _listener.Status = 503;
        await using Receiver receiver = Started();
        receiver.Send(Notice(1));
        receiver.Send(Notice(2));
        await Eventually.Async(() => Advanced() && _listener.All.Count >= 3);

        _listener.Status = 200;
        await Eventually.Async(() => Advanced() && Done == 2);

        Assert.All(_listener.All.Where(static received => received.Status == 503), static received => Assert.Equal("1", received.Headers["X-TraceGap-Notification"]));
        Assert.Equal([1, 2], _done.Select(static notice => notice.Id));
        Assert.All(_done, static notice => Assert.Equal((DeliveryStates.Delivered, null), (notice.Delivery, notice.Problem)));
        Assert.InRange(_done[0].Attempts, 4, int.MaxValue);
        Assert.Equal(Enumerable.Range(1, _done[0].Attempts - 1).Select(static attempts => (1L, DeliveryStates.Pending, attempts, "HTTP 503")), _tried.Select(static notice => (notice.Id, notice.Delivery, notice.Attempts, notice.Problem!)));
        Assert.Equal(["2302", "2303"], Events("2302", "2303"));
    }

    [Fact]
    public async Task A_receiver_that_hangs_or_is_gone_holds_up_nobody_else_and_gets_it_when_it_is_back()
    {
        using ListeningReceiver other = new();
        _listener.Status = 0;
        await using Receiver hanging = Started();
        await using Receiver fine = Started(other.Url);
        hanging.Send(Notice(1));
        await Eventually.Async(() => _listener.All.Count == 1);
        fine.Send(Notice(2));
        await Eventually.Async(() => Done == 1);
        Assert.Equal(2, _done[0].Id);

        await Eventually.Async(() => Advanced() && _log.Texts.Any(static text => text.Contains("no answer within 10 seconds", StringComparison.Ordinal)));
        _listener.GoAway();
        _listener.Status = 200;
        _listener.ComeBack();
        await Eventually.Async(() => Advanced() && Done == 2);

        Assert.Equal(1, _done[1].Id);
    }

    [Fact]
    public async Task What_a_receiver_refuses_is_given_up_and_told()
    {
        _listener.Status = 400;
        await using Receiver receiver = Started();

        receiver.Send(Notice(1));
        await Eventually.Async(() => Done == 1);

        Assert.Equal((DeliveryStates.Failed, "HTTP 400", 1), (_done[0].Delivery, _done[0].Problem, _done[0].Attempts));
    }

    [Fact]
    public async Task News_of_yesterday_is_given_up()
    {
        _listener.GoAway();
        await using Receiver receiver = Started();
        receiver.Send(Notice(1));
        await Eventually.Async(() => _log.Texts.Any());

        _time.Advance(TimeSpan.FromDays(1));
        await Eventually.Async(() => Advanced() && Done == 1);

        Assert.Equal(DeliveryStates.Failed, _done[0].Delivery);
        _listener.ComeBack();
    }

    [Fact]
    public async Task A_queue_that_is_full_lets_the_oldest_go()
    {
        await using Receiver receiver = NewReceiver(_listener.Url);

        for (int i = 0; i < 1003; i++)
        {
            receiver.Send(Notice(i));
        }

        Assert.Equal([0, 1, 2], _done.Select(static notice => notice.Id));
        Assert.All(_done, static notice => Assert.Equal("the queue is full", notice.Problem));
    }

    [Fact]
    public void Waits_double_to_five_minutes_and_differ()
    {
        Assert.Equal(TimeSpan.FromSeconds(0.5), Backoff.After(1, 0));
        Assert.Equal(TimeSpan.FromSeconds(1), Backoff.After(1, 1));
        Assert.Equal(TimeSpan.FromSeconds(8), Backoff.After(4, 1));
        Assert.Equal(TimeSpan.FromMinutes(5), Backoff.After(1000, 1));
    }

    [Fact]
    public async Task A_test_tells_how_a_receiver_answered()
    {
        await using Receiver receiver = NewReceiver(_listener.Url);
        Assert.Equal(new AlertTestResult("ops", "webhook", true, null), await receiver.TestAsync(CancellationToken.None));
        _listener.Status = 404;
        Assert.Equal(new AlertTestResult("ops", "webhook", false, "HTTP 404"), await receiver.TestAsync(CancellationToken.None));
        Assert.Equal(0, Done);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _http.Dispose();
        _meter.Dispose();
    }

    internal static AlertNotice Notice(long id, string kind = NoticeKinds.Firing) => new(
        id, Ten, "ops", kind, DeliveryStates.Pending, 0, null, new Alert("shop/ask", "divergence", kind, Ten, Ten.AddMinutes(-1), "conditionBegan", "too many fail", null, DateTime.UnixEpoch));

    private bool Advanced()
    {
        _time.Advance(TimeSpan.FromMilliseconds(500));
        return true;
    }

    private IEnumerable<string> Events(params string[] ids) => _log.Texts
        .Select(static text => text.Contains("does not take", StringComparison.Ordinal) ? "2302" : text.Contains("takes notifications again", StringComparison.Ordinal) ? "2303" : "")
        .Where(ids.Contains);

    private Receiver Started(Uri? url = null)
    {
        Receiver receiver = NewReceiver(url ?? _listener.Url);
        receiver.Start();
        return receiver;
    }

    private Receiver NewReceiver(Uri url) => new(
        new ReceiverOptions("ops", ReceiverType.Webhook, url, null),
        new WebhookNotifier(new HttpDelivery(_http, _time), url, null, _time),
        notice =>
        {
            lock (_lock)
            {
                _tried.Add(notice);
            }
        },
        notice =>
        {
            lock (_lock)
            {
                _done.Add(notice);
            }
        },
        new AlertMetrics(_meter),
        _time,
        _log);
}
