using FsCheck;
using FsCheck.Fluent;
using TraceGap.Otlp;

namespace TraceGap.Aggregation.Tests;

public class CriticalPathFinderTests
{
    private const long Ms = 1_000_000;

    [Fact]
    public void Siblings_that_touch_are_both_on_the_path() =>
        AssertPath(new TraceSketch().Span("a", 0, 100).Span("b", 10, 50, "a").Span("c", 50, 90, "a"), "a 0-10, b 10-50, c 50-90, a 90-100");

    [Fact]
    public void Of_siblings_that_end_together_the_one_that_starts_last_is_next() =>
        AssertPath(new TraceSketch().Span("a", 0, 100).Span("b", 10, 50, "a").Span("c", 20, 50, "a"), "a 0-20, c 20-50, a 50-100");

    [Fact]
    public void Of_siblings_with_equal_times_the_greatest_id_is_on_the_path() =>
        AssertPath(new TraceSketch().Span("a", 0, 100).Span("b", 10, 50, "a").Span("c", 10, 50, "a"), "a 0-10, c 10-50, a 50-100");

    [Fact]
    public void A_child_without_length_has_no_segment_and_neither_has_what_is_below_it() =>
        AssertPath(new TraceSketch().Span("a", 0, 100).Span("b", 50, 50, "a").Span("c", 10, 60, "b").Span("d", 70, 60, "a"), "a 0-100");

    [Fact]
    public void A_child_that_covers_its_parent_is_clipped_to_it() =>
        AssertPath(new TraceSketch().Span("a", 50, 100).Span("b", 0, 200, "a").Span("c", 90, 150, "b"), "b 50-90, c 90-100");

    [Fact]
    public void A_child_wholly_outside_its_parent_is_off_the_path() =>
        AssertPath(new TraceSketch().Span("a", 0, 100).Span("after", 100, 150, "a").Span("below", 40, 60, "after"), "a 0-100");

    [Fact]
    public void A_consumer_that_ends_after_its_producer_is_off_the_path()
    {
        SpanTree tree = new TraceSketch()
            .Span("a", 0, 100).Span("send", 10, 30, "a", SpanKind.Producer).Span("receive", 20, 31, "send", SpanKind.Consumer).Tree();

        Assert.Equal("a 0-10, send 10-30, a 30-100", PathTesting.Show(PathTesting.Find(tree), tree));
        Assert.True(tree.OffPath[tree.At("receive")]);
    }

    [Fact]
    public void A_consumer_that_its_producer_waited_for_is_on_the_path() =>
        AssertPath(
            new TraceSketch().Span("a", 0, 100).Span("send", 10, 30, "a", SpanKind.Producer).Span("receive", 20, 30, "send", SpanKind.Consumer),
            "a 0-10, send 10-20, receive 20-30, a 30-100");

    [Fact]
    public void Shadows_and_excluded_spans_are_off_the_path_with_all_below_them()
    {
        SpanTree tree = new TraceSketch().Span("a", 0, 100).Span("shadow", 10, 90, "a").Span("below", 20, 30, "shadow").Span("judge", 40, 95, "a").Tree();
        tree.OffPath[tree.At("shadow")] = true;
        SpanLayer[] layers = new SpanLayer[tree.Count];
        layers[tree.At("judge")] = new SpanLayer(Layer.Unattributed, "evaluator", Certainty.Certain, true, true);

        Assert.Equal("a 0-100", PathTesting.Show(PathTesting.Find(tree, layers, [], PathTesting.NoSteps(tree)), tree));
    }

    [Fact]
    public void An_earlier_sibling_that_overlaps_a_floored_start_by_less_than_a_millisecond_is_clipped_to_it_and_named()
    {
        SpanTree tree = new TraceSketch().Span("a", 0, 20 * Ms).Span("b", 2 * Ms, (10 * Ms) + 999_999, "a").Span("c", 10 * Ms, 18 * Ms, "a").Tree();

        string path = PathTesting.Show(PathTesting.Find(tree), tree);

        Assert.Equal("a 0-2000000, b 2000000-10000000, c 10000000-18000000, a 18000000-20000000", path);
        TraceDefect defect = Assert.Single(tree.Defects);
        Assert.Equal((DefectKind.Overlap, tree.Spans[tree.At("b")].SpanId), (defect.Kind, defect.SpanId));
    }

    [Theory]
    [InlineData(10 * Ms, (11 * Ms) + 0)]
    [InlineData((10 * Ms) + 1, (10 * Ms) + 2)]
    public void An_overlap_of_a_millisecond_or_with_a_start_that_is_not_floored_is_concurrency(long start, long end)
    {
        SpanTree tree = new TraceSketch().Span("a", 0, 20 * Ms).Span("b", 2 * Ms, end, "a").Span("c", start, 18 * Ms, "a").Tree();

        Assert.Equal($"a 0-{start}, c {start}-18000000, a 18000000-20000000", PathTesting.Show(PathTesting.Find(tree), tree));
        Assert.Empty(tree.Defects);
    }

    [Fact]
    public void A_start_is_judged_floored_as_emitted_not_as_shifted()
    {
        SpanTree tree = new TraceSketch()
            .Span("client", 0, 21 * Ms, kind: SpanKind.Client)
            .Span("server", 100 * Ms, (120 * Ms) + 500, "client", SpanKind.Server, "tools")
            .Span("b", 102 * Ms, (110 * Ms) + 300_000, "server", service: "tools")
            .Span("c", 110 * Ms, 118 * Ms, "server", service: "tools")
            .AdjustedTree();

        PathTesting.Find(tree);

        Assert.NotEqual(0, tree.Start[tree.At("c")] % Ms);
        Assert.Equal([DefectKind.ClockSkew, DefectKind.Overlap], tree.DefectKinds());
    }

    [Fact]
    public void Without_a_root_there_is_no_path()
    {
        SpanTree tree = new TraceSketch().Span("a", 0, 100, "elsewhere").Span("b", 0, 100, "elsewhere").Tree();

        Assert.Empty(PathTesting.Find(tree));
    }

    [Fact]
    public void A_root_without_length_has_no_path() => Assert.Empty(PathTesting.Find(new TraceSketch().Span("a", 5, 5).Span("b", 5, 5, "a").Tree()));

    [Fact]
    public void Other_roots_and_orphans_are_off_the_path() =>
        AssertPath(new TraceSketch().Span("a", 0, 100).Span("b", 10, 20).Span("c", 30, 40, "elsewhere"), "a 0-100");

    [Fact]
    public void The_path_of_any_small_tree_is_the_one_that_the_naive_definition_gives()
    {
        Gen<(int Parent, int Start, int Length)> span =
            from parent in Gen.Choose(0, 9)
            from start in Gen.Choose(0, 24)
            from length in Gen.Choose(0, 16)
            select (parent, start, length);
        Prop.ForAll(Gen.ArrayOf(span).ToArbitrary(), static spans =>
        {
            List<NaivePath.Node> nodes = [new NaivePath.Node(1, 0, 30 * Ms / 4, [])];
            TraceSketch sketch = new TraceSketch().Span("1", 0, 30 * Ms / 4);
            foreach ((int parent, int start, int length) in spans)
            {
                // A quarter of a millisecond is the unit, so that starts on whole milliseconds and overlaps below one are common.
                NaivePath.Node above = nodes[parent % nodes.Count];
                NaivePath.Node node = new(nodes.Count + 1, start * Ms / 4, (start + length) * Ms / 4, []);
                nodes.Add(node);
                above.Children.Add(node);
                sketch.Span($"{node.Id}", node.Start, node.End, $"{above.Id}");
            }

            SpanTree tree = sketch.Tree();
            PathSegment[] path = PathTesting.Find(tree);
            PathTesting.AssertTiles(path, 0, 30 * Ms / 4);
            Assert.Equal(NaivePath.Of(nodes[0]).Select(static it => $"{it.Id} {it.Start}-{it.End}"), PathTesting.Show(path, tree).Split(", "));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000).WithEndSize(40));
    }

    [Fact]
    public void A_chain_of_ten_thousand_spans_is_walked_to_its_end()
    {
        const int Depth = 10_000;
        TraceSketch sketch = new TraceSketch().Span("0", 0, 2 * Depth);
        for (int i = 1; i < Depth; i++)
        {
            sketch.Span($"{i}", i, (2 * Depth) - i, $"{i - 1}");
        }

        PathSegment[] path = PathTesting.Find(sketch.Tree());

        Assert.Equal((2 * Depth) - 1, path.Length);
        PathTesting.AssertTiles(path, 0, 2 * Depth);
    }

    [Fact]
    public void Twenty_thousand_siblings_one_after_the_other_are_all_on_the_path()
    {
        const int Width = 20_000;
        TraceSketch sketch = new TraceSketch().Span("root", 0, Width * 10);
        for (int i = 0; i < Width; i++)
        {
            sketch.Span($"{i}", i * 10, (i * 10) + 10, "root");
        }

        SpanTree tree = sketch.Tree();
        PathSegment[] path = PathTesting.Find(tree);

        Assert.Equal(Width, path.Length);
        Assert.DoesNotContain(path, segment => segment.SpanIndex == tree.Root);
        PathTesting.AssertTiles(path, 0, Width * 10);
    }

    private static void AssertPath(TraceSketch sketch, string expected)
    {
        SpanTree tree = sketch.Tree();
        Assert.Equal(expected, PathTesting.Show(PathTesting.Find(tree), tree));
    }
}
