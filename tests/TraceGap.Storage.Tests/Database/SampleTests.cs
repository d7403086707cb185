using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage.Tests;

public sealed class SampleTests
{
    /// <summary>Every filter and size, over several commits and revisions, against a plain scan of what was committed.</summary>
    [Fact]
    public void A_sample_is_the_traces_with_the_smallest_hashes_each_with_all_its_spans() => Property.Holds(
        static random =>
        {
            using DataFolder folder = new();
            using TraceStore store = folder.Open();
            Dictionary<TraceId, TraceCommit> last = [];
            Dictionary<TraceId, List<SpanId>> spans = [];
            for (int i = 0; i < 12; i++)
            {
                TraceCommit[] commits = [.. Enumerable.Range(0, 10).Select(_ => Make.Id((ulong)random.Next(60))).Distinct().Select(id => RandomCommit(random, id, (ulong)i + 1, last))];
                store.Commit(Make.Batch(commits));
                foreach (TraceCommit commit in commits)
                {
                    last[commit.TraceId] = commit;
                    spans.TryAdd(commit.TraceId, []);
                    spans[commit.TraceId].AddRange(commit.NewSpans.Select(static span => span.SpanId));
                }
            }

            for (int i = 0; i < 8; i++)
            {
                SampleQuery query = RandomQuery(random);
                TraceCommit[] passing = [.. last.Values.Where(trace => Passes(trace, query)).OrderBy(static trace => TraceHash.Of(trace.TraceId))];

                TraceSample sample = store.ReadSample(query, CancellationToken.None);

                Assert.Equal(passing.Length, sample.Of);
                Assert.Equal(
                    passing.Take(query.Size).Select(trace => $"{trace.TraceId} {string.Join(' ', spans[trace.TraceId].Order())}").Order(StringComparer.Ordinal),
                    sample.Traces.Select(static trace => $"{trace[0].TraceId} {string.Join(' ', trace.Select(static span => span.SpanId).Order())}").Order(StringComparer.Ordinal));
            }
        },
        runs: 20);

    [Fact]
    public void Traces_without_a_root_open_ones_and_those_out_of_time_are_in_no_sample()
    {
        using DataFolder folder = new();
        using TraceStore store = folder.Open(retention: new RetentionOptions { MaxEventAge = TimeSpan.FromHours(1) });
        TraceCommit outOfTime = Make.Commit(Make.Id(4), arrival: (Make.Minute + 600) * Make.NanosPerMinute);
        store.Commit(Make.Batch(
            Make.Commit(Make.Id(1), Make.Contribution(Make.Key("agent/(no root)"), outcome: TraceOutcome.Failed)),
            Make.Commit(Make.Id(2), Make.Contribution(outcome: TraceOutcome.Open), isOpen: true),
            Make.Commit(Make.Id(3), Make.Contribution(outcome: TraceOutcome.Cancelled)),
            outOfTime,
            Make.Commit(Make.Id(5))));

        TraceSample sample = store.ReadSample(new SampleQuery(), CancellationToken.None);

        Assert.Equal(1, sample.Of);
        Assert.Equal(Make.Id(5), Assert.Single(sample.Traces)[0].TraceId);
    }

    [Fact]
    public void Who_gives_up_gets_no_further_traces()
    {
        using DataFolder folder = new();
        using TraceStore store = folder.Open();
        for (ulong i = 1; i <= 5; i++)
        {
            store.Commit(Make.Batch(Make.Commit(Make.Id(i))));
        }

        using CancellationTokenSource stop = new();
        TraceSample sample = store.ReadSample(new SampleQuery(), stop.Token);

        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            foreach (IReadOnlyList<SpanRecord> trace in sample.Traces)
            {
                stop.Cancel();
            }
        });
        Assert.ThrowsAny<OperationCanceledException>(() => store.ReadSample(new SampleQuery(), stop.Token));
    }

    [Fact]
    public void An_empty_store_has_an_empty_sample()
    {
        using DataFolder folder = new();
        using TraceStore store = folder.Open();

        TraceSample sample = store.ReadSample(new SampleQuery(), CancellationToken.None);

        Assert.Equal(0, sample.Of);
        Assert.Empty(sample.Traces);
    }

    private static TraceCommit RandomCommit(RandomRecords random, TraceId id, ulong round, Dictionary<TraceId, TraceCommit> last)
    {
        TraceContribution contribution = Make.Contribution(
            Make.Key("agent/" + random.Next(2), "env" + random.Next(2), "v" + random.Next(2)), Make.Minute + random.Next(3), (TraceOutcome)random.Next(4));
        return Make.Commit(id, contribution, Make.Spans(id, round, 100 + round), last.TryGetValue(id, out TraceCommit? before) ? before.Revision + 1 : 1);
    }

    private static SampleQuery RandomQuery(RandomRecords random) => new()
    {
        FromUnixNanos = random.Pick([0, (Make.Minute + 1) * Make.NanosPerMinute]),
        ToUnixNanos = random.Pick([long.MaxValue, (Make.Minute + 2) * Make.NanosPerMinute]),
        Workflow = random.Pick([null, "agent/1"]),
        Environment = random.Pick([null, null, "env0"]),
        Version = random.Pick([null, null, "v1"]),
        Size = random.Pick([1, 7, 1000]),
    };

    private static bool Passes(TraceCommit trace, SampleQuery query) =>
        trace.Contribution.Outcome.Outcome is TraceOutcome.Ok or TraceOutcome.Failed
        && trace.EndUnixNanos >= query.FromUnixNanos
        && trace.EndUnixNanos < query.ToUnixNanos
        && (query.Workflow is null || trace.Contribution.Key.Workflow == query.Workflow)
        && (query.Environment is null || trace.Contribution.Key.Environment == query.Environment)
        && (query.Version is null || trace.Contribution.Key.Version == query.Version);
}
