using TraceGap.Otlp;

namespace TraceGap.Aggregation.Tests;

public class SkewAdjusterTests
{
    private const long Ms = 1_000_000;

    [Fact]
    public void A_child_of_another_resource_outside_its_parent_is_put_in_its_middle_with_all_below_it()
    {
        SpanTree tree = new TraceSketch()
            .Span("client", 100, 200, kind: SpanKind.Client)
            .Span("server", 1000, 1060, "client", SpanKind.Server, "tools")
            .Span("work", 1010, 1050, "server", service: "tools")
            .AdjustedTree();

        Assert.Equal((120, 180, -880), TimesOf(tree, "server"));
        Assert.Equal((130, 170, -880), TimesOf(tree, "work"));
        TraceDefect defect = Assert.Single(tree.Defects);
        Assert.Equal((DefectKind.ClockSkew, tree.Spans[tree.At("server")].SpanId), (defect.Kind, defect.SpanId));
        Assert.Equal(1000, tree.Spans[tree.At("server")].StartUnixNanos);
    }

    [Fact]
    public void Nested_shifts_add_up()
    {
        SpanTree tree = new TraceSketch()
            .Span("a", 1, 101)
            .Span("b", 501, 561, "a", service: "b")
            .Span("c", 481, 501, "b", service: "c")
            .Span("d", 486, 491, "c", service: "c")
            .AdjustedTree();

        // b moves by −480 to 21..81 and takes c along to 1..21, which lies outside b again: +40.
        Assert.Equal((21, 81, -480), TimesOf(tree, "b"));
        Assert.Equal((41, 61, -440), TimesOf(tree, "c"));
        Assert.Equal((46, 51, -440), TimesOf(tree, "d"));
    }

    [Theory]
    [InlineData(5 * Ms, 9 * Ms, 6 * Ms, (10 * Ms) - 1)]
    [InlineData((5 * Ms) + 999_999, 9 * Ms, 5 * Ms, 8 * Ms)]
    public void A_child_outside_by_what_flooring_can_do_is_no_sign_of_another_clock(long parentStart, long parentEnd, long start, long end)
    {
        SpanTree tree = new TraceSketch().Span("a", parentStart, parentEnd).Span("b", start, end, "a", service: "b").AdjustedTree();

        Assert.Equal((start, end, 0), TimesOf(tree, "b"));
        Assert.Empty(tree.Defects);
    }

    [Theory]
    [InlineData(5 * Ms, 9 * Ms, 6 * Ms, 10 * Ms)]
    [InlineData((5 * Ms) + 1, 9 * Ms, 6 * Ms, (9 * Ms) + 1)]
    [InlineData(5 * Ms, 9 * Ms, (5 * Ms) - 1, 8 * Ms)]
    [InlineData(6 * Ms, 9 * Ms, 5 * Ms, 7 * Ms)]
    public void A_child_outside_by_more_or_without_a_floored_start_is_shifted(long parentStart, long parentEnd, long start, long end)
    {
        SpanTree tree = new TraceSketch().Span("a", parentStart, parentEnd).Span("b", start, end, "a", service: "b").AdjustedTree();

        Assert.NotEqual(0, tree.Shift[tree.At("b")]);
        Assert.Equal([DefectKind.ClockSkew], tree.DefectKinds());
    }

    [Fact]
    public void A_child_that_lies_inside_its_parent_is_left_alone()
    {
        SpanTree tree = new TraceSketch().Span("a", 0, 100).Span("b", 0, 100, "a", service: "b").AdjustedTree();

        Assert.Equal((0, 100, 0), TimesOf(tree, "b"));
        Assert.Empty(tree.Defects);
    }

    [Fact]
    public void Fire_and_forget_on_the_same_resource_is_left_alone()
    {
        SpanTree tree = new TraceSketch().Span("a", 1, 100).Span("b", 150, 160, "a").AdjustedTree();

        Assert.Equal((150, 160, 0), TimesOf(tree, "b"));
        Assert.Empty(tree.Defects);
    }

    [Theory]
    [InlineData(SpanKind.Producer, SpanKind.Consumer)]
    [InlineData(SpanKind.Internal, SpanKind.Consumer)]
    [InlineData(SpanKind.Producer, SpanKind.Server)]
    public void Messages_say_nothing_about_clocks(SpanKind parent, SpanKind child)
    {
        SpanTree tree = new TraceSketch().Span("send", 1, 10, kind: parent).Span("receive", 500, 505, "send", child, "worker").AdjustedTree();

        Assert.Equal((500, 505, 0), TimesOf(tree, "receive"));
        Assert.Empty(tree.Defects);
    }

    [Fact]
    public void A_child_longer_than_its_parent_that_starts_before_it_is_moved_to_its_start()
    {
        SpanTree tree = new TraceSketch().Span("a", 100, 200).Span("b", 50, 250, "a", service: "b").AdjustedTree();

        Assert.Equal((100, 300, 50), TimesOf(tree, "b"));
    }

    [Fact]
    public void A_child_longer_than_its_parent_that_starts_after_it_is_left_alone()
    {
        SpanTree tree = new TraceSketch().Span("a", 100, 200).Span("b", 150, 900, "a", service: "b").AdjustedTree();

        Assert.Equal((150, 900, 0), TimesOf(tree, "b"));
        Assert.Empty(tree.Defects);
    }

    [Fact]
    public void Remote_roots_and_orphans_have_nothing_to_be_measured_against()
    {
        SpanTree tree = new TraceSketch()
            .Span("root", 100, 200)
            .Span("orphan", 5000, 5010, "elsewhere", SpanKind.Server, "b")
            .Span("below", 5001, 5002, "orphan", service: "b")
            .AdjustedTree();

        Assert.Equal((5000, 5010, 0), TimesOf(tree, "orphan"));
        Assert.Equal((5001, 5002, 0), TimesOf(tree, "below"));
    }

    [Fact]
    public void Shifts_at_the_ends_of_time_stay_within_it()
    {
        SpanTree tree = new TraceSketch()
            .Span("a", long.MaxValue - 100, long.MaxValue)
            .Span("b", 0, 10, "a", service: "b")
            .Span("c", long.MaxValue - 5, long.MaxValue, "b", service: "b")
            .AdjustedTree();

        Assert.All(Enumerable.Range(0, tree.Count), i =>
        {
            Assert.InRange(tree.Start[i], 0, tree.End[i]);
            Assert.Equal(tree.Spans[i].StartUnixNanos + tree.Shift[i], tree.Start[i]);
        });
    }

    private static (long Start, long End, long Shift) TimesOf(SpanTree tree, string name)
    {
        int span = tree.At(name);
        return (tree.Start[span], tree.End[span], tree.Shift[span]);
    }
}
