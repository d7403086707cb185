using FsCheck;
using FsCheck.Fluent;
using TraceGap.Otlp;

namespace TraceGap.Aggregation.Tests;

public class TreeBuilderTests
{
    private const uint RemoteParent = SpanRecord.HasIsRemoteFlag | SpanRecord.IsRemoteFlag;

    [Fact]
    public void Spans_stand_in_order_of_start_end_and_id()
    {
        SpanTree tree = new TraceSketch().Span("late", 5, 6).Span("long", 1, 9, "late").Span("short", 1, 2, "late").Span("twin", 1, 9, "late").Tree();

        Assert.Equal(["short", "long", "twin", "late"], tree.Spans.Select(static span => span.Name));
    }

    [Fact]
    public void Identical_copies_are_one_span_and_no_defect()
    {
        TraceSketch sketch = new TraceSketch().Span("root", 0, 10).Span("root", 0, 10);

        SpanTree tree = sketch.Tree();

        Assert.Equal(1, tree.Count);
        Assert.Empty(tree.Defects);
    }

    [Fact]
    public void Of_copies_that_differ_the_one_that_ends_later_stands_and_the_conflict_is_named()
    {
        TraceSketch sketch = new TraceSketch().Span("root", 0, 10).Span("root", 0, 12).Span("root", 0, 11);

        SpanTree tree = sketch.Tree();

        Assert.Equal(12, Assert.Single(tree.Spans).EndUnixNanos);
        Assert.Equal([DefectKind.ConflictingDuplicate], tree.DefectKinds());
    }

    [Fact]
    public void Of_copies_that_differ_in_one_kept_attribute_the_same_one_stands_whatever_the_order()
    {
        SpanRecord first = new TraceSketch().Span("root", 0, 10, attributes: ("k", AttributeValue.Of(1))).Spans[0];
        SpanRecord second = new TraceSketch().Span("root", 0, 10, attributes: ("k", AttributeValue.Of("1"))).Spans[0];

        SpanTree forward = TreeBuilder.Build([first, second]);
        SpanTree backward = TreeBuilder.Build([second, first]);

        Assert.Same(forward.Spans[0], backward.Spans[0]);
        Assert.Equal([DefectKind.ConflictingDuplicate], forward.DefectKinds());
    }

    [Fact]
    public void The_root_is_the_span_without_parent_id()
    {
        SpanTree tree = new TraceSketch().Span("child", 0, 10, "root").Span("root", 1, 9).Tree();

        Assert.Equal("root", tree.NameOrNull(tree.Root));
        Assert.Equal("root", tree.ParentOf("child"));
        Assert.Empty(tree.Defects);
    }

    [Fact]
    public void Of_several_spans_without_parent_the_earliest_is_the_root_and_the_others_hang_below_the_virtual_root()
    {
        SpanTree tree = new TraceSketch().Span("second", 1, 5).Span("first", 0, 3).Span("third", 2, 9).Tree();

        Assert.Equal("first", tree.NameOrNull(tree.Root));
        Assert.Null(tree.ParentOf("second"));
        Assert.Equal([DefectKind.SeveralRoots], tree.DefectKinds());
    }

    [Fact]
    public void Of_roots_that_start_together_the_smallest_id_wins_whichever_ends_first()
    {
        TraceSketch sketch = new();
        sketch.IdOf("small");
        SpanTree tree = sketch.Span("great", 0, 3).Span("small", 0, 9).Tree();

        Assert.Equal("small", tree.NameOrNull(tree.Root));
    }

    [Theory]
    [InlineData(SpanKind.Server, 0u)]
    [InlineData(SpanKind.Consumer, 0u)]
    [InlineData(SpanKind.Internal, RemoteParent)]
    public void The_only_topmost_span_acts_as_root_if_its_parent_is_remote(SpanKind kind, uint flags)
    {
        SpanTree tree = new TraceSketch().Span("entry", 0, 9, "elsewhere", kind, flags: flags).Span("child", 1, 2, "entry").Tree();

        Assert.Equal("entry", tree.NameOrNull(tree.Root));
        Assert.Empty(tree.Defects);
    }

    [Theory]
    [InlineData(SpanKind.Client, 0u)]
    [InlineData(SpanKind.Internal, SpanRecord.HasIsRemoteFlag)]
    [InlineData(SpanKind.Internal, SpanRecord.IsRemoteFlag)]
    public void A_topmost_span_whose_parent_is_not_known_to_be_remote_is_an_orphan(SpanKind kind, uint flags)
    {
        SpanTree tree = new TraceSketch().Span("entry", 0, 9, "elsewhere", kind, flags: flags).Tree();

        Assert.Equal(SpanTree.NoParent, tree.Root);
        Assert.Equal([DefectKind.MissingRoot, DefectKind.Orphan], tree.DefectKinds());
    }

    [Fact]
    public void Two_entry_spans_are_two_orphans_and_no_root()
    {
        SpanTree tree = new TraceSketch().Span("one", 0, 9, "elsewhere", SpanKind.Server).Span("two", 0, 9, "elsewhere", SpanKind.Server).Tree();

        Assert.Equal(SpanTree.NoParent, tree.Root);
        Assert.Equal([DefectKind.MissingRoot, DefectKind.Orphan, DefectKind.Orphan], tree.DefectKinds());
    }

    [Fact]
    public void An_orphan_beside_a_root_is_named_and_hangs_below_the_virtual_root()
    {
        SpanTree tree = new TraceSketch().Span("root", 0, 9).Span("lost", 1, 2, "elsewhere", SpanKind.Server).Tree();

        Assert.Equal("root", tree.NameOrNull(tree.Root));
        Assert.Null(tree.ParentOf("lost"));
        Assert.Equal([DefectKind.Orphan], tree.DefectKinds());
    }

    [Fact]
    public void A_span_that_names_itself_as_parent_is_cut_loose()
    {
        SpanTree tree = new TraceSketch().Span("self", 0, 9, "self").Span("child", 1, 2, "self").Tree();

        Assert.Null(tree.ParentOf("self"));
        Assert.Equal("self", tree.ParentOf("child"));
        Assert.Equal([DefectKind.Cycle, DefectKind.MissingRoot], tree.DefectKinds());
    }

    [Fact]
    public void A_cycle_is_cut_above_its_earliest_span()
    {
        SpanTree tree = new TraceSketch().Span("a", 3, 9, "b").Span("b", 2, 9, "c").Span("c", 1, 9, "a").Span("below", 0, 1, "a").Tree();

        Assert.Null(tree.ParentOf("c"));
        Assert.Equal("c", tree.ParentOf("b"));
        Assert.Equal("b", tree.ParentOf("a"));
        Assert.Equal("a", tree.ParentOf("below"));
        Assert.Equal([DefectKind.Cycle, DefectKind.MissingRoot], tree.DefectKinds());
    }

    [Fact]
    public void Odd_times_and_text_are_defects_and_a_reversed_span_has_no_length()
    {
        SpanTree tree = new TraceSketch().Span("root", 5, 3, facts: SpanFacts.TimeOutOfRange | SpanFacts.InvalidText).Tree();

        Assert.Equal(5, tree.End[0]);
        Assert.Equal([DefectKind.ReversedTime, DefectKind.TimeOutOfRange, DefectKind.InvalidText], tree.DefectKinds());
    }

    [Fact]
    public void Time_zero_is_a_time()
    {
        SpanTree tree = new TraceSketch().Span("root", 0, 0).Tree();

        Assert.Equal(0, tree.Root);
        Assert.Empty(tree.Defects);
    }

    [Fact]
    public void No_spans_give_an_empty_tree()
    {
        SpanTree tree = TreeBuilder.Build([]);

        Assert.Equal(0, tree.Count);
        Assert.Equal(SpanTree.NoParent, tree.Root);
        Assert.Empty(tree.Defects);
    }

    [Fact]
    public void Any_order_and_repetition_of_any_spans_gives_the_same_tree_without_cycles()
    {
        Gen<(int Id, int Parent, int Start, int Length, int Kind)> span =
            from id in Gen.Choose(1, 12)
            from parent in Gen.Choose(0, 14)
            from start in Gen.Choose(0, 6)
            from length in Gen.Choose(-1, 6)
            from kind in Gen.Choose(0, 5)
            select (id, parent, start, length, kind);
        Gen<(SpanRecord[] Spans, int Seed)> cases =
            from spans in Gen.ArrayOf(span)
            from seed in Gen.Choose(0, int.MaxValue)
            select (spans.Select(static it => MakeSpan(it.Id, it.Parent, it.Start, it.Length, it.Kind)).ToArray(), seed);

        Prop.ForAll(cases.ToArbitrary(), static it =>
        {
            SpanRecord[] shuffled = [.. it.Spans, .. it.Spans];
            new Random(it.Seed).Shuffle(shuffled);
            SpanTree expected = TreeBuilder.Build(it.Spans);
            SpanTree actual = TreeBuilder.Build(shuffled);
            return expected.Spans.Select(SpanContent.Encode).Zip(actual.Spans.Select(SpanContent.Encode)).All(static pair => pair.First.SequenceEqual(pair.Second))
                && expected.Parent.SequenceEqual(actual.Parent)
                && expected.Root == actual.Root
                && expected.Defects.SequenceEqual(actual.Defects)
                && expected.Count == it.Spans.Select(static one => one.SpanId).Distinct().Count()
                && expected.ParentsFirst().Order().SequenceEqual(Enumerable.Range(0, expected.Count));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_cycle_of_a_hundred_thousand_spans_is_cut_once()
    {
        const int Length = 100_000;
        SpanRecord[] spans = [.. Enumerable.Range(1, Length).Select(static id => MakeSpan(id, (id % Length) + 1, 0, 1, 1))];

        SpanTree tree = TreeBuilder.Build(spans);

        Assert.Equal([DefectKind.Cycle, DefectKind.MissingRoot], tree.DefectKinds());
        Assert.Single(tree.Parent, SpanTree.NoParent);
    }

    private static SpanRecord MakeSpan(int id, int parent, int start, int length, int kind) => new()
    {
        TraceId = new TraceId(1, 1),
        SpanId = new SpanId((ulong)id),
        ParentSpanId = new SpanId((ulong)parent),
        Name = "span",
        Kind = (SpanKind)kind,
        StartUnixNanos = start + 1,
        EndUnixNanos = start + 1 + length,
        Resource = ResourceRecord.Unknown,
        Scope = ScopeRecord.None,
    };
}
