using TraceGap.Server.Ingest;

namespace TraceGap.Server.Tests.Ingest;

public sealed class PendingAppendsTests
{
    [Fact]
    public void With_nothing_on_its_way_the_next_position_is_the_lowest()
    {
        PendingAppends appends = new();
        Assert.Equal(1, appends.Lowest());

        appends.Got(40);
        Assert.Equal(41, appends.Lowest());
    }

    [Fact]
    public void An_append_holds_the_position_down_until_its_spans_are_with_the_assembler()
    {
        PendingAppends appends = new();
        appends.Got(10);
        LinkedListNode<PendingAppends.PendingAppend> slow = appends.Begin(earliestStart: 300);
        LinkedListNode<PendingAppends.PendingAppend> fast = appends.Begin(earliestStart: 200);
        appends.Got(12);
        appends.End(fast);

        Assert.Equal(11, appends.Lowest());

        appends.Got(11);
        appends.End(slow);
        Assert.Equal(13, appends.Lowest());
    }

    [Fact]
    public void Spans_on_their_way_are_known_by_the_one_that_began_first()
    {
        PendingAppends appends = new();
        Assert.Equal(long.MaxValue, appends.EarliestStart());
        LinkedListNode<PendingAppends.PendingAppend> later = appends.Begin(earliestStart: 300);
        LinkedListNode<PendingAppends.PendingAppend> earlier = appends.Begin(earliestStart: 200);
        Assert.Equal(200, appends.EarliestStart());
        appends.End(earlier);
        Assert.Equal(300, appends.EarliestStart());
        appends.End(later);
        Assert.Equal(long.MaxValue, appends.EarliestStart());
    }

    [Fact]
    public void An_append_that_fails_holds_nothing_down()
    {
        PendingAppends appends = new();
        appends.End(appends.Begin(earliestStart: 1));
        appends.Got(5);

        Assert.Equal(6, appends.Lowest());
    }
}
