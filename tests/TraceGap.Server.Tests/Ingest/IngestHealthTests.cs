using TraceGap.Server.Ingest;
using TraceGap.Server.Tests.Calls;
using TraceGap.Server.Tests.Security;
using TraceGap.Storage;

namespace TraceGap.Server.Tests.Ingest;

public sealed class IngestHealthTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly RecordedLog _log = new();

    [Fact]
    public void Refusals_for_one_reason_are_told_once_and_then_with_a_count()
    {
        IngestHealth health = new(_time, _log);
        for (int request = 0; request < 500; request++)
        {
            health.AppendFailed(new AppendResult(AppendStatus.NoSpace, 0, "/data/inbox: no space"));
        }

        Assert.Single(_log.Texts);
        _time.Advance(TimeSpan.FromSeconds(31));
        health.AppendFailed(new AppendResult(AppendStatus.NoSpace, 0, "/data/inbox: no space"));
        Assert.Equal(2, _log.Texts.Count());
        Assert.Contains("500 requests", _log.Texts.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_queue_is_told_and_is_no_reason_to_be_unready()
    {
        IngestHealth health = new(_time, _log);
        health.AppendFailed(new AppendResult(AppendStatus.QueueFull, 0, "too many requests wait"));
        Assert.Single(_log.Texts);
        Assert.Null(health.Problem);
    }

    [Fact]
    public void The_problem_lasts_until_the_same_thing_works_again()
    {
        IngestHealth health = new(_time, _log);
        health.AppendFailed(new AppendResult(AppendStatus.NoSpace, 0, "/data/inbox: no space"));
        health.CommitFailed("/data/tracegap.db: full");
        health.CommitFailed("/data/tracegap.db: full");
        Assert.Contains("/data/inbox", health.Problem, StringComparison.Ordinal);
        health.AppendWorked();
        Assert.Contains("/data/tracegap.db", health.Problem, StringComparison.Ordinal);
        health.CommitWorked();
        Assert.Null(health.Problem);
        Assert.Equal(4, _log.Texts.Count());
    }
}
