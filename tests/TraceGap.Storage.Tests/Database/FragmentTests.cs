using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage.Tests;

/// <summary>Spans that come too late for their trace: kept beside it, counted nowhere.</summary>
public sealed class FragmentTests
{
    private const long NanosPerHour = 60 * Make.NanosPerMinute;
    private const long Now = (Make.Minute * Make.NanosPerMinute) + 1_000_000_000;

    private static readonly TraceId Id = Make.Id(1);

    [Fact]
    public void Late_spans_are_shown_with_their_trace_and_change_neither_rollups_nor_lists()
    {
        using DataFolder folder = new();
        TraceStore store = folder.Open();
        store.Commit(Make.Batch(Make.Commit(Id, spans: Make.Spans(Id, 1, 2)), Make.Commit(Make.Id(2))));
        TraceSummary[] listed = [.. store.ListTraces(new TraceQuery()).Traces];
        RollupCell booked = Assert.Single(store.ReadRollups(Make.AllCells).Cells).Cell;
        store.Commit(Make.Batch(Late(3)));
        store.Commit(Make.Batch(Late(4), Make.Commit(Make.Id(2), revision: 2)));
        store.Commit(Make.Batch(Make.Commit(Make.Id(2))));
        AssertKept(store);

        // Killed, started, and replaced.
        using DataFolder copy = folder.CopyAsAfterCrash();
        store.Dispose();
        using TraceStore reopened = copy.Open();
        AssertKept(reopened);
        reopened.ReplaceDatabase("a test says so");
        AssertKept(reopened);

        void AssertKept(TraceStore store)
        {
            StoredTrace trace = store.Find(Id)!;
            Assert.Equal([1UL, 2UL], trace.Spans.Select(static span => span.SpanId.Value));
            Assert.Equal([3UL, 4UL], trace.LateSpans.Select(static span => span.SpanId.Value));
            Assert.Equal((1, true), (trace.Revision, trace.IsWhole));
            Assert.NotNull(trace.Contribution);
            Assert.True(store.TryGetStoredSpanCount(Id, out int spans));
            Assert.Equal(2, spans);
            Assert.Equal(listed, store.ListTraces(new TraceQuery()).Traces);
            Same.Cells(booked, Assert.Single(store.ReadRollups(Make.AllCells).Cells).Cell);
        }
    }

    [Fact]
    public void A_closed_trace_can_be_reopened_for_a_day_after_its_last_span_and_an_open_one_as_long_as_it_is_open()
    {
        using DataFolder folder = new();
        using TraceStore store = folder.Open();
        store.Commit(Make.Batch(
            Make.Commit(Id, arrival: Now), Make.Commit(Make.Id(2), Make.Contribution(outcome: TraceOutcome.Open), isOpen: true, arrival: Now)));
        StoredTrace closed = store.Find(Id)!;
        Assert.True(store.MayReopen(closed, Now + (24 * NanosPerHour)));
        Assert.False(store.MayReopen(closed, Now + (24 * NanosPerHour) + 1));
        Assert.True(store.MayReopen(store.Find(Make.Id(2))!, Now + (48 * NanosPerHour)));
        store.Commit(Make.Batch(Late(2)));
        Assert.False(store.MayReopen(store.Find(Id)!, Now));
    }

    [Fact]
    public void A_trace_that_lost_spans_to_their_age_cannot_be_reopened()
    {
        using DataFolder folder = new();
        using TraceStore store = folder.Open(retention: new RetentionOptions { MaxAge = TimeSpan.FromHours(30) });
        store.Commit(Make.Batch(Make.Commit(Id, spans: Make.Spans(Id, 1), arrival: Now)));
        long later = Now + (20 * NanosPerHour);
        store.Commit(Make.Batch(Make.Commit(Id, spans: Make.Spans(Id, 2), revision: 2, arrival: later)));
        Assert.True(store.MayReopen(store.Find(Id)!, later));
        store.Maintain(Now + (31 * NanosPerHour));
        StoredTrace trace = store.Find(Id)!;
        Assert.Equal(2UL, Assert.Single(trace.Spans).SpanId.Value);
        Assert.False(trace.IsWhole);
        Assert.False(store.MayReopen(trace, later));
    }

    [Fact]
    public void Late_spans_outlive_their_trace()
    {
        using DataFolder folder = new();
        using TraceStore store = folder.Open(retention: new RetentionOptions { MaxAge = TimeSpan.FromHours(30) });
        store.Commit(Make.Batch(Make.Commit(Id, arrival: Now)));
        store.Commit(Make.Batch(Late(2)));
        store.Maintain(Now + (31 * NanosPerHour));
        StoredTrace trace = store.Find(Id)!;
        Assert.Empty(trace.Spans);
        Assert.Equal(2UL, Assert.Single(trace.LateSpans).SpanId.Value);
        Assert.False(store.MayReopen(trace, Now));
        store.Commit(Make.Batch(Late(3)));
        Assert.Equal([2UL, 3UL], store.Find(Id)!.LateSpans.Select(static span => span.SpanId.Value));
        Assert.Equal(1, Assert.Single(store.ReadRollups(Make.AllCells).Cells).Cell.Traces);
        Assert.Empty(store.Damages);
    }

    private static TraceCommit Late(ulong span) => Make.Late(Make.Commit(Id, Make.Contribution(Make.Key("agent/(no root)")), Make.Spans(Id, span), arrival: Now + (25 * NanosPerHour)));
}
