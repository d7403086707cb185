using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage.Tests;

public sealed class TraceSearchTests
{
    private static readonly FailureKey[] Failures =
    [
        new(Layer.Inference, new StepKey("agent", Layer.Inference, "chat"), "timeout"),
        new(Layer.Inference, new StepKey("agent", Layer.Inference, "chat"), "429"),
        new(Layer.ToolCall, new StepKey("tools", Layer.ToolCall, "search"), "timeout"),
        new(null, null, "timeout"),
    ];

    private static readonly string[] Keys = ["model", "user.id", "größe"];

    private static readonly AttributeValue[] Values =
        [AttributeValue.Of("a"), AttributeValue.Of("日本"), AttributeValue.Of("7"), AttributeValue.Of(7), AttributeValue.Of(7.5), AttributeValue.Of(true), AttributeValue.Of("")];

    /// <summary>All filters at once, whatever the size of pages and however few blocks are unpacked for one, against a plain scan of what was committed.</summary>
    [Fact]
    public void A_search_finds_what_a_scan_of_all_spans_finds() => Property.Holds(
        static random =>
        {
            using DataFolder folder = new();
            using TraceStore store = folder.Open();
            Dictionary<TraceId, List<TraceCommit>> all = [];
            for (int i = 0; i < 20; i++)
            {
                // Commits of a trace that is known are revisions: it has the spans of all of them.
                TraceCommit[] batch = [.. Enumerable.Range(0, random.Next(6)).Select(_ => RandomCommit(random)).DistinctBy(static commit => commit.TraceId)];
                store.Commit(Make.Batch(batch));
                foreach (TraceCommit commit in batch)
                {
                    all.TryAdd(commit.TraceId, []);
                    all[commit.TraceId].Add(commit);
                }
            }

            for (int i = 0; i < 10; i++)
            {
                TraceQuery query = RandomQuery(random);
                TraceId[] expected = [.. all.Values
                    .Where(commits => Passes(commits, query))
                    .OrderByDescending(static commits => commits[^1].EndUnixNanos)
                    .ThenBy(static commits => commits[^1].TraceId)
                    .Select(static commits => commits[^1].TraceId)];
                Assert.Equal(expected, AllPages(store, query));
            }
        },
        runs: 60);

    [Fact]
    public void A_page_that_would_take_long_ends_early_and_says_so()
    {
        using DataFolder folder = new();
        using TraceStore store = folder.Open();
        for (uint i = 1; i <= 40; i++)
        {
            store.Commit(Make.Batch(Make.Commit(Make.Id(i), spans: [Span(Make.Id(i), KeyValuePair.Create("n", AttributeValue.Of(i)))], nanosIntoMinute: i * 1000)));
        }

        TraceQuery query = new() { Attributes = [new("n", "3")], MostSpanBlocks = 10 };
        TracePage page = store.ListTraces(query);
        Assert.Empty(page.Traces);
        Assert.True(page.IsCut);
        Assert.Equal((Make.Minute * Make.NanosPerMinute) + 31_000, page.Next?.EndUnixNanos);
        Assert.Equal([Make.Id(3)], AllPages(store, query));

        page = store.ListTraces(new TraceQuery { MaxDurationNanos = 1, MostBlocks = 10 });
        Assert.Empty(page.Traces);
        Assert.True(page.IsCut);
        Assert.Equal((Make.Minute * Make.NanosPerMinute) + 30_000, page.Next?.EndUnixNanos);
    }

    [Fact]
    public void Traces_that_end_together_are_listed_once_however_few_blocks_a_page_may_unpack()
    {
        using DataFolder folder = new();
        using TraceStore store = folder.Open();
        for (ulong i = 1; i <= 20; i++)
        {
            store.Commit(Make.Batch(Make.Commit(Make.Id(i)), Make.Commit(Make.Id(100 + i), nanosIntoMinute: 5)));
        }

        IEnumerable<TraceId> expected = [.. Enumerable.Range(1, 20).Select(static i => Make.Id((ulong)i)), .. Enumerable.Range(101, 20).Select(static i => Make.Id((ulong)i))];
        Assert.Equal(expected, AllPages(store, new TraceQuery { MostBlocks = 1, MostSpanBlocks = 1 }));
        Assert.Equal(expected, AllPages(store, new TraceQuery { Attributes = [new("service.name", "agent")], MostBlocks = 1, MostSpanBlocks = 1, Limit = 3 }));
    }

    [Fact]
    public void Several_attributes_may_be_on_different_spans_of_a_trace()
    {
        using DataFolder folder = new();
        using TraceStore store = folder.Open();
        KeyValuePair<string, AttributeValue> model = new("model", AttributeValue.Of("m"));
        KeyValuePair<string, AttributeValue> user = new("user.id", AttributeValue.Of(7));
        store.Commit(Make.Batch(
            Make.Commit(Make.Id(1), spans: [Span(Make.Id(1), model), Span(Make.Id(1), user)]),
            Make.Commit(Make.Id(2), spans: [Span(Make.Id(2), model)])));
        store.Commit(Make.Batch(Make.Commit(Make.Id(2), spans: [Span(Make.Id(2), user)], revision: 2), Make.Commit(Make.Id(3), spans: [Span(Make.Id(3), user)])));
        Assert.Equal([Make.Id(1), Make.Id(2)], AllPages(store, new TraceQuery { Attributes = [new("model", "m"), new("user.id", "7")] }));
        Assert.Empty(AllPages(store, new TraceQuery { Attributes = [new("model", "m"), new("model", "n")] }));
    }

    private static TraceCommit RandomCommit(RandomRecords random)
    {
        TraceId traceId = Make.Id((ulong)random.Next(60));
        TraceOutcome outcome = (TraceOutcome)random.Next(5);
        TraceContribution contribution = Make.Contribution(Make.Key("agent/" + random.Next(2)), Make.Minute + random.Next(3), outcome, random.Pick(Failures));
        List<SpanRecord> spans = [.. Enumerable.Range(0, random.Next(4)).Select(_ => RandomSpan(random, traceId))];
        return Make.Commit(traceId, contribution, spans, nanosIntoMinute: random.Next(4) * 1000, durationNanos: random.Next(4));
    }

    private static SpanRecord RandomSpan(RandomRecords random, TraceId traceId) => random.Next(3) > 0
        ? Span(traceId, [.. RandomAttributes(random)])
        : Span(traceId, AttributeSet.From(RandomAttributes(random)), new ResourceRecord(AttributeSet.From(RandomAttributes(random))), new ScopeRecord("scope", "", AttributeSet.From(RandomAttributes(random))));

    private static IEnumerable<KeyValuePair<string, AttributeValue>> RandomAttributes(RandomRecords random) =>
        [.. Enumerable.Range(0, random.Next(3)).Select(_ => KeyValuePair.Create(random.Pick(Keys), random.Pick(Values)))];

    private static SpanRecord Span(TraceId traceId, params KeyValuePair<string, AttributeValue>[] attributes) =>
        Span(traceId, AttributeSet.From(attributes), new ResourceRecord(AttributeSet.From([new("service.name", AttributeValue.Of("agent"))])), ScopeRecord.None);

    private static SpanRecord Span(TraceId traceId, AttributeSet attributes, ResourceRecord resource, ScopeRecord scope) => new()
    {
        TraceId = traceId,
        SpanId = new SpanId(1),
        Name = "span",
        StartUnixNanos = 1,
        EndUnixNanos = 2,
        Resource = resource,
        Scope = scope,
        Attributes = attributes,
    };

    private static TraceQuery RandomQuery(RandomRecords random) => new()
    {
        FromUnixNanos = random.Pick([0, 0, (Make.Minute + 1) * Make.NanosPerMinute]),
        ToUnixNanos = random.Pick([long.MaxValue, long.MaxValue, ((Make.Minute + 1) * Make.NanosPerMinute) + 1000]),
        Workflow = random.Pick([null, null, "agent/1"]),
        Outcome = random.Pick<TraceOutcome?>([null, null, null, TraceOutcome.Failed]),
        Layer = random.Pick<Layer?>([null, null, null, Layer.ToolCall, Layer.Inference]),
        Step = random.Pick([null, null, null, "agent/inference/chat", "nobody/inference/chat", ""]),
        ErrorType = random.Pick([null, null, null, "timeout", ""]),
        MinDurationNanos = random.Pick<long?>([null, null, 2]),
        MaxDurationNanos = random.Pick<long?>([null, null, 2]),
        Attributes = [.. Enumerable.Range(0, random.Next(3)).Select(_ => KeyValuePair.Create(random.Pick(Keys), random.Pick(Values).AsText()))],
        Limit = random.Pick([1, 3, 100]),
        MostBlocks = random.Pick([1, 5, 1000]),
        MostSpanBlocks = random.Pick([1, 5, 1000]),
    };

    private static bool Passes(List<TraceCommit> commits, TraceQuery query)
    {
        TraceCommit trace = commits[^1];
        FailureKey? failure = trace.Contribution.Failure;
        long duration = trace.EndUnixNanos - trace.StartUnixNanos;
        return trace.EndUnixNanos >= query.FromUnixNanos
            && trace.EndUnixNanos < query.ToUnixNanos
            && (query.Workflow is null || trace.Contribution.Key.Workflow == query.Workflow)
            && (query.Outcome is null || trace.Contribution.Outcome.Outcome == query.Outcome)
            && (query.Layer is null || failure?.Layer == query.Layer)
            && (query.Step is null || (failure is not null && (failure.Step?.Text ?? "") == query.Step))
            && (query.ErrorType is null || failure?.ErrorType == query.ErrorType)
            && (query.MinDurationNanos is null || duration >= query.MinDurationNanos)
            && (query.MaxDurationNanos is null || duration <= query.MaxDurationNanos)
            && query.Attributes.All(attribute => commits.SelectMany(static commit => commit.NewSpans).Any(span => Has(span, attribute)));
    }

    private static bool Has(SpanRecord span, KeyValuePair<string, string> attribute)
    {
        foreach (AttributeSet set in new[] { span.Attributes, span.Scope.Attributes, span.Resource.Attributes })
        {
            foreach (KeyValuePair<string, AttributeValue> item in set.Items)
            {
                if (item.Key == attribute.Key && item.Value.AsText() == attribute.Value)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static List<TraceId> AllPages(TraceStore store, TraceQuery query)
    {
        List<TraceId> traces = [];
        TracePage page = store.ListTraces(query);
        traces.AddRange(page.Traces.Select(static trace => trace.TraceId));
        while (page.Next is TraceCursor next)
        {
            Assert.True(page.IsCut || page.Traces.Count == query.Limit);
            page = store.ListTraces(query with { Cursor = next });
            traces.AddRange(page.Traces.Select(static trace => trace.TraceId));
            Assert.NotEqual(next, page.Next);
        }

        return traces;
    }
}
