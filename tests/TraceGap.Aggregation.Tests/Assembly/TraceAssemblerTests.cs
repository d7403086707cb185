using FsCheck;
using FsCheck.Fluent;
using TraceGap.Otlp;

namespace TraceGap.Aggregation.Tests;

public class TraceAssemblerTests
{
    private const long Second = 1_000_000_000;
    private const long Minute = 60 * Second;

    private static readonly TraceId A = new(0, 1);
    private static readonly TraceId B = new(0, 2);

    private readonly TraceAssembler _assembler = new(new AssemblyOptions());

    [Fact]
    public void A_trace_with_a_root_is_handed_out_two_seconds_after_its_last_span()
    {
        _assembler.Add([Span(A, 2, 1)], 10, 0);
        _assembler.Add([Span(A, 1)], 11, Second);

        Assert.Empty(_assembler.Due((3 * Second) - 1));
        ClosedTrace trace = Assert.Single(_assembler.Due(3 * Second));
        Assert.Equal((A, CloseReason.RootEnded, false, 10, 0, Second), (trace.TraceId, trace.Reason, trace.IsOpen, trace.FirstPosition, trace.FirstArrivalUnixNanos, trace.LastArrivalUnixNanos));
        Assert.Equal([2UL, 1UL], trace.ReadSpans().Select(static span => span.SpanId.Value));
        AssertEmpty();
    }

    [Fact]
    public void Children_that_come_after_their_root_renew_the_quiet_period()
    {
        _assembler.Add([Span(A, 1)], 1, 0);
        _assembler.Add([Span(A, 2, 1)], 2, 1 * Second);

        Assert.Empty(_assembler.Due(2 * Second));
        Assert.Equal(2, Assert.Single(_assembler.Due(3 * Second)).SpanCount);
    }

    [Fact]
    public void A_trace_without_a_root_is_handed_out_as_open_after_ten_seconds()
    {
        _assembler.Add([Span(A, 2, 1)], 1, 0);

        Assert.Empty(_assembler.Due((10 * Second) - 1));
        ClosedTrace trace = Assert.Single(_assembler.Due(10 * Second));
        Assert.Equal((CloseReason.Idle, true), (trace.Reason, trace.IsOpen));
        Assert.Equal(1, _assembler.OpenTraces);
        Assert.Equal(0, _assembler.InFlightSpans);
    }

    [Fact]
    public void An_open_trace_is_closed_without_a_root_ten_minutes_after_its_last_span()
    {
        _assembler.Add([Span(A, 2, 1)], 1, Second);
        _assembler.Due(20 * Second);

        Assert.Empty(_assembler.Due((10 * Minute) + Second - 1));
        ClosedTrace trace = Assert.Single(_assembler.Due((10 * Minute) + Second));
        Assert.Equal((CloseReason.RootGrace, false, -1, Second), (trace.Reason, trace.IsOpen, trace.FirstPosition, trace.LastArrivalUnixNanos));
        Assert.Empty(trace.ReadSpans());
        AssertEmpty();
    }

    [Fact]
    public void Spans_of_an_open_trace_start_the_grace_anew()
    {
        _assembler.Add([Span(A, 2, 1)], 1, 0);
        _assembler.Due(10 * Second);
        _assembler.Add([Span(A, 3, 1)], 2, 9 * Minute);
        Assert.Equal(0, _assembler.OpenTraces);
        Assert.Equal(CloseReason.Idle, Assert.Single(_assembler.Due(10 * Minute)).Reason);

        Assert.Empty(_assembler.Due((19 * Minute) - 1));
        Assert.Equal(CloseReason.RootGrace, Assert.Single(_assembler.Due(19 * Minute)).Reason);
    }

    [Fact]
    public void The_root_of_an_open_trace_closes_it_for_good()
    {
        _assembler.Add([Span(A, 2, 1)], 1, 0);
        _assembler.Due(10 * Second);
        _assembler.Add([Span(A, 1)], 2, Minute);

        ClosedTrace trace = Assert.Single(_assembler.Due(Minute + (2 * Second)));
        Assert.Equal((CloseReason.RootEnded, false), (trace.Reason, trace.IsOpen));
        Assert.Equal(1UL, Assert.Single(trace.ReadSpans()).SpanId.Value);
        Assert.Empty(_assembler.Due(60 * Minute));
        AssertEmpty();
    }

    [Theory]
    [InlineData(SpanKind.Server, 0u)]
    [InlineData(SpanKind.Consumer, 0u)]
    [InlineData(SpanKind.Internal, SpanRecord.HasIsRemoteFlag | SpanRecord.IsRemoteFlag)]
    public void The_only_topmost_span_is_a_root_if_its_parent_is_remote(SpanKind kind, uint flags)
    {
        _assembler.Add([Span(A, 2, 1), Span(A, 1, 99, kind, flags), Span(A, 1, 99, kind, flags)], 1, 0);

        Assert.Equal(CloseReason.RootEnded, Assert.Single(_assembler.Due(2 * Second)).Reason);
    }

    [Fact]
    public void A_server_span_below_another_orphan_is_no_root()
    {
        _assembler.Add([Span(A, 1, 99, SpanKind.Server), Span(A, 2, 98)], 1, 0);

        Assert.Empty(_assembler.Due(2 * Second));
        Assert.Equal(CloseReason.Idle, Assert.Single(_assembler.Due(10 * Second)).Reason);
    }

    [Fact]
    public void A_server_span_whose_caller_comes_in_time_is_no_root()
    {
        _assembler.Add([Span(A, 2, 1, SpanKind.Server)], 1, 0);
        _assembler.Add([Span(A, 1, 9, SpanKind.Client)], 2, Second);

        Assert.Empty(_assembler.Due(3 * Second));
        Assert.Equal(CloseReason.Idle, Assert.Single(_assembler.Due(11 * Second)).Reason);
    }

    [Fact]
    public void A_root_found_late_because_searching_waits_for_growth_is_still_found_before_the_trace_counts_as_open()
    {
        SpanRecord[] many = [.. Enumerable.Range(10, 100).Select(static id => Span(A, (ulong)id, 1)), Span(A, 5, 3, SpanKind.Server)];
        _assembler.Add(many, 1, 0);
        Assert.Empty(_assembler.Due(2 * Second));
        _assembler.Add([Span(A, 1, 999, SpanKind.Server), Span(A, 3, 1, SpanKind.Client)], 2, 3 * Second);

        Assert.Empty(_assembler.Due((13 * Second) - 1));
        ClosedTrace trace = Assert.Single(_assembler.Due(13 * Second));
        Assert.Equal((CloseReason.RootEnded, false, 103), (trace.Reason, trace.IsOpen, trace.SpanCount));
    }

    [Theory]
    [InlineData(0UL, CloseReason.RootEnded)]
    [InlineData(7UL, CloseReason.Idle)]
    public void A_trace_that_never_falls_silent_is_handed_out_after_five_minutes(ulong parent, CloseReason reason)
    {
        for (int second = 0; second < 300; second++)
        {
            _assembler.Add([Span(A, (ulong)second + 1, parent)], second, second * Second);
            Assert.Empty(_assembler.Due(second * Second));
        }

        Assert.Equal((reason, 300), _assembler.Due(5 * Minute).Select(static trace => (trace.Reason, trace.SpanCount)).Single());
    }

    [Fact]
    public void Beyond_the_limit_the_traces_that_came_first_go_early_and_stay_open_without_a_root()
    {
        TraceAssembler small = new(new AssemblyOptions { MaxInFlightBytes = Bytes(2) + Bytes(1) });
        small.Add([Span(A, 2, 1), Span(A, 3, 1)], 1, 0);
        small.Add([Span(B, 1)], 2, 0);
        Assert.Empty(small.Due(0));
        small.Add([Span(B, 2, 1)], 3, 0);

        ClosedTrace trace = Assert.Single(small.Due(0));
        Assert.Equal((A, CloseReason.Overflow, true), (trace.TraceId, trace.Reason, trace.IsOpen));
        Assert.Equal((1, 2L, 1), (small.InFlightTraces, small.InFlightSpans, small.OpenTraces));
    }

    [Fact]
    public void Beyond_the_limit_a_trace_with_its_root_is_not_waited_for()
    {
        TraceAssembler small = new(new AssemblyOptions { MaxInFlightBytes = 0 });
        small.Add([Span(A, 1, 99, SpanKind.Server)], 1, 0);

        Assert.Equal((CloseReason.Overflow, false), small.Due(0).Select(static trace => (trace.Reason, trace.IsOpen)).Single());
        Assert.Equal(0, small.OpenTraces);
    }

    [Fact]
    public void Beyond_their_limit_the_open_trace_that_was_silent_longest_is_closed()
    {
        TraceAssembler small = new(new AssemblyOptions { MaxOpenTraces = 1 });
        small.RestoreOpen(B, 5);
        small.RestoreOpen(A, 7);

        ClosedTrace trace = Assert.Single(small.Due(10));
        Assert.Equal((B, CloseReason.Overflow, false), (trace.TraceId, trace.Reason, trace.IsOpen));
        Assert.Empty(trace.ReadSpans());
    }

    [Fact]
    public void A_flush_hands_everything_out_in_order_of_arrival()
    {
        _assembler.Add([Span(B, 2, 1)], 1, 0);
        _assembler.Add([Span(A, 1), Span(B, 3, 1)], 2, 0);

        Assert.Equal([(B, true, 2), (A, false, 1)], _assembler.Flush().Select(static trace => (trace.TraceId, trace.IsOpen, trace.SpanCount)));
        Assert.Equal(0, _assembler.InFlightTraces);
        Assert.Null(_assembler.LowestPosition);
    }

    [Fact]
    public void A_restored_open_trace_ends_its_grace_where_it_was()
    {
        _assembler.RestoreOpen(A, 4 * Minute);

        Assert.Empty(_assembler.Due((14 * Minute) - 1));
        Assert.Equal((A, CloseReason.RootGrace), _assembler.Due(14 * Minute).Select(static trace => (trace.TraceId, trace.Reason)).Single());
    }

    [Fact]
    public void A_trace_with_spans_in_flight_is_not_restored_beside_them()
    {
        _assembler.Add([Span(A, 1)], 1, 0);
        _assembler.RestoreOpen(A, 0);

        Assert.Equal(0, _assembler.OpenTraces);
    }

    [Fact]
    public void A_settled_trace_is_not_waited_for()
    {
        _assembler.Add([Span(A, 2, 1)], 1, 0);
        _assembler.Due(10 * Second);
        _assembler.Settle(A);

        Assert.Empty(_assembler.Due(60 * Minute));
        AssertEmpty();
    }

    [Fact]
    public void A_deferred_trace_comes_again_with_what_arrived_since()
    {
        _assembler.Add([Span(A, 2, 1)], 7, Second);
        ClosedTrace trace = Assert.Single(_assembler.Due(11 * Second));
        _assembler.Add([Span(A, 1)], 9, 12 * Second);
        _assembler.Defer(trace, 30 * Second);

        Assert.Equal((1, 2L, 7L, 0), (_assembler.InFlightTraces, _assembler.InFlightSpans, _assembler.LowestPosition, _assembler.OpenTraces));
        Assert.Empty(_assembler.Due((30 * Second) - 1));
        ClosedTrace again = Assert.Single(_assembler.Due(30 * Second));
        Assert.Equal((CloseReason.RootEnded, 7, Second, 12 * Second), (again.Reason, again.FirstPosition, again.FirstArrivalUnixNanos, again.LastArrivalUnixNanos));
        Assert.Equal([2UL, 1UL], again.ReadSpans().Select(static span => span.SpanId.Value));
        AssertEmpty();
    }

    [Fact]
    public void A_deferred_trace_keeps_its_times_of_arrival()
    {
        _assembler.Add([Span(A, 1)], 7, Second);
        _assembler.Add([Span(A, 2, 1)], 8, 2 * Second);
        _assembler.Defer(Assert.Single(_assembler.Due(4 * Second)), 5 * Second);

        ClosedTrace again = Assert.Single(_assembler.Due(5 * Second));
        Assert.Equal((Second, 2 * Second), (again.FirstArrivalUnixNanos, again.LastArrivalUnixNanos));
    }

    [Fact]
    public void A_deferred_end_of_grace_comes_again()
    {
        _assembler.RestoreOpen(A, 0);
        ClosedTrace trace = Assert.Single(_assembler.Due(10 * Minute));
        _assembler.Defer(trace, 11 * Minute);

        Assert.Empty(_assembler.Due((11 * Minute) - 1));
        Assert.Equal(CloseReason.RootGrace, Assert.Single(_assembler.Due(11 * Minute)).Reason);
    }

    [Fact]
    public void The_lowest_position_holds_however_inbox_entries_are_ordered()
    {
        _assembler.Add([Span(A, 1)], 5, 0);
        _assembler.Add([Span(A, 2, 1)], 4, 0);
        _assembler.Add([Span(B, 2, 1)], 6, 0);

        Assert.Equal(4, _assembler.LowestPosition);
        Assert.Equal(4, Assert.Single(_assembler.Due(2 * Second)).FirstPosition);
        Assert.Equal(6, _assembler.LowestPosition);
    }

    [Fact]
    public void Time_does_not_run_backwards()
    {
        _assembler.Add([Span(A, 1)], 1, 10 * Second);
        _assembler.Add([Span(A, 2, 1)], 2, 0);

        Assert.Empty(_assembler.Due(12 * Second - 1));
        Assert.Single(_assembler.Due(12 * Second));
    }

    [Fact]
    public void Whatever_happens_every_span_is_handed_out_once_and_the_figures_are_those_of_a_plain_list()
    {
        Gen<(int Action, int Trace, int Parent, int Start, int Wait)> step =
            from action in Gen.Choose(0, 9)
            from trace in Gen.Choose(1, 4)
            from parent in Gen.Choose(0, 3)
            from start in Gen.Choose(0, 1000)
            from wait in Gen.Choose(0, 6)
            select (action, trace, parent, start, wait);
        Prop.ForAll(Gen.ArrayOf(step).ToArbitrary(), static steps =>
        {
            TraceAssembler assembler = new(new AssemblyOptions { MaxInFlightBytes = 12 * Bytes(1) });
            Dictionary<ulong, (SpanRecord Span, long Position)> inFlight = [];
            HashSet<ulong> done = [];
            long now = 0;
            ulong next = 1;
            foreach ((int action, int trace, int parent, int start, int wait) in steps)
            {
                now += wait * Second;
                if (action < 7)
                {
                    SpanRecord span = Span(new TraceId(0, (ulong)trace), next, parent == 0 ? 0UL : next + 1000, start: start);
                    inFlight.Add(next, (span, (long)next));
                    assembler.Add([span], (long)next, now);
                    next++;
                }
                else
                {
                    Take(assembler.Due(now), action == 9);
                }

                Assert.Equal(inFlight.Count, assembler.InFlightSpans);
                Assert.Equal(inFlight.Values.Select(static it => it.Span.TraceId).Distinct().Count(), assembler.InFlightTraces);
                Assert.Equal(inFlight.Count == 0 ? null : inFlight.Values.Min(static it => it.Position), assembler.LowestPosition);
                Assert.Equal(inFlight.Count == 0 ? null : inFlight.Values.Min(static it => it.Span.StartUnixNanos), assembler.EarliestSpanStartUnixNanos);
            }

            Take(assembler.Flush(), false);
            Assert.Empty(inFlight);
            Assert.Equal((int)next - 1, done.Count);

            void Take(IReadOnlyList<ClosedTrace> traces, bool defer)
            {
                foreach (ClosedTrace trace in traces)
                {
                    if (defer && trace.Reason != CloseReason.Overflow)
                    {
                        assembler.Defer(trace, now + (3 * Second));
                        continue;
                    }

                    Assert.All(trace.ReadSpans(), span => Assert.True(inFlight.Remove(span.SpanId.Value) && done.Add(span.SpanId.Value)));
                }
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500).WithEndSize(120));
    }

    private static SpanRecord Span(TraceId trace, ulong id, ulong parent = 0, SpanKind kind = SpanKind.Internal, uint flags = 0, long start = 0) => new()
    {
        TraceId = trace,
        SpanId = new SpanId(id),
        ParentSpanId = new SpanId(parent),
        Name = "span",
        Kind = kind,
        Flags = flags,
        StartUnixNanos = start,
        EndUnixNanos = start + 1,
        Resource = ResourceRecord.Unknown,
        Scope = ScopeRecord.None,
    };

    /// <summary>What a batch of so many spans takes in flight.</summary>
    private static long Bytes(int spans)
    {
        TraceAssembler assembler = new(new AssemblyOptions());
        assembler.Add([.. Enumerable.Range(1, spans).Select(static id => Span(A, (ulong)id, 9))], 1, 0);
        return assembler.InFlightBytes;
    }

    private void AssertEmpty()
    {
        Assert.Equal((0, 0L, 0L, 0), (_assembler.InFlightTraces, _assembler.InFlightSpans, _assembler.InFlightBytes, _assembler.OpenTraces));
        Assert.Null(_assembler.LowestPosition);
        Assert.Null(_assembler.EarliestSpanStartUnixNanos);
    }
}

internal static class AssemblerExtensions
{
    public static void Add(this TraceAssembler assembler, IReadOnlyList<SpanRecord> spans, long position, long nowUnixNanos) =>
        assembler.Add(SpanBatch.From(spans), position, nowUnixNanos);
}
