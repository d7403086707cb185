namespace TraceGap.Aggregation.Tests;

public class ParallelizeTests
{
    [Fact]
    public void Three_equal_serial_branches_in_parallel_take_as_long_as_one()
    {
        AgentTrace trace = Three(0, 30, 30, 60, 60, 90, end: 100);

        Assert.Equal(40, trace.After(ReplayTesting.Parallel("plan", "research", "lookup", "price")));
    }

    [Fact]
    public void The_longest_branch_decides_and_what_the_parent_did_between_them_is_still_done()
    {
        AgentTrace trace = Three(10, 30, 35, 75, 80, 90, end: 100);

        // 10 before, 40 for the longest, 5 + 5 between, 10 after.
        Assert.Equal(70, trace.After(ReplayTesting.Parallel("plan", "research", "lookup", "price")));
    }

    [Fact]
    public void With_two_of_three_the_third_goes_on_from_where_it_was()
    {
        AgentTrace trace = Three(0, 30, 30, 60, 60, 90, end: 90);

        Assert.Equal(60, trace.After(ReplayTesting.Parallel("plan", "research", "lookup")));
        Assert.Equal(60, trace.After(ReplayTesting.Parallel("plan", "lookup", "price")));
        Assert.Equal(60, trace.After(ReplayTesting.Parallel("plan", "research", "price")));
    }

    [Fact]
    public void Branches_that_overlap_already_stay_as_they_are()
    {
        AgentTrace trace = Three(0, 30, 10, 60, 20, 90, end: 100);

        Assert.Equal(100, trace.After(ReplayTesting.Parallel("plan", "*")));
        Assert.Empty(Used(trace, ReplayTesting.Parallel("plan", "*")));
    }

    [Fact]
    public void The_same_step_several_times_is_several_branches()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100).Agent("plan", 0, 100, "root");
        for (int i = 0; i < 5; i++)
        {
            trace.Tool($"t{i}", i * 20, (i * 20) + 20, "plan");
        }

        Assert.Equal(20, trace.After(ReplayTesting.Parallel("plan", "lookup")));
    }

    [Theory]
    [InlineData("plan")]
    [InlineData("invoke_agent")]
    [InlineData("invoke_agent plan")]
    [InlineData("agent/orchestration/invoke_agent plan")]
    [InlineData("*plan")]
    public void The_parent_may_be_named_by_its_key_its_operation_or_one_word_of_it(string parent) =>
        Assert.Equal(40, Three(0, 30, 30, 60, 60, 90, end: 100).After(ReplayTesting.Parallel(parent, "execute_tool *")));

    [Fact]
    public void Steps_below_spans_of_their_own_are_lifted_to_where_they_stand_side_by_side()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100).Agent("plan", 0, 100, "root").Span("loop", 0, 100, "plan", "loop")
            .Span("w1", 0, 40, "loop", "wrapper").Tool("a", 10, 40, "w1", tool: "a")
            .Span("w2", 40, 90, "loop", "wrapper").Span("w3", 45, 90, "w2", "wrapper").Tool("b", 50, 90, "w3", tool: "b");

        Assert.Equal(60, trace.After(ReplayTesting.Parallel("plan", "a", "b")));
    }

    [Fact]
    public void Steps_that_hang_below_one_of_the_branches_are_left_as_they_are()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100).Agent("plan", 0, 100, "root")
            .Span("w1", 0, 60, "plan", "wrapper").Tool("a", 0, 30, "w1", tool: "a").Tool("b", 30, 60, "w1", tool: "b").Tool("c", 60, 100, "plan", tool: "c");

        Assert.Equal(100, trace.After(ReplayTesting.Parallel("plan", "a", "b", "c")));
        Assert.Equal(70, trace.After(ReplayTesting.Parallel("plan", "a", "b")));
    }

    [Fact]
    public void The_tries_of_a_branch_stay_one_after_the_other()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100).Agent("plan", 0, 100, "root")
            .Tool("a", 0, 20, "plan", tool: "a").Tool("b1", 20, 40, "plan", failed: true, tool: "b").Tool("b2", 50, 70, "plan", tool: "b").Tool("c", 70, 100, "plan", tool: "c");

        // b takes 20, waits 10 and takes 20 again.
        Assert.Equal(50, trace.After(ReplayTesting.Parallel("plan", "a", "b", "c")));
    }

    [Fact]
    public void What_the_parent_did_beside_something_else_is_not_done_again_before_the_join()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100).Agent("plan", 0, 100, "root")
            .Tool("a", 0, 30, "plan", tool: "a").Tool("other", 30, 88, "plan", tool: "other").Tool("b", 80, 90, "plan", tool: "b").Tool("last", 90, 100, "plan", tool: "last");

        // The other tool waited for the first, as before, and ends at 88; only what came after b comes earlier.
        Assert.Equal(98, trace.After(ReplayTesting.Parallel("plan", "a", "b")));
    }

    [Fact]
    public void What_the_parent_did_between_the_tries_of_a_branch_counts_once()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100).Agent("plan", 0, 100, "root")
            .Tool("a", 0, 10, "plan", tool: "a").Tool("b1", 10, 20, "plan", failed: true, tool: "b").Http("call", 30, 35, "plan", "/x").Tool("b2", 40, 50, "plan", tool: "b");

        // b: 20 for its tries and 15 between them; then the 50 that the plan had to itself at the end.
        Assert.Equal(85, trace.After(ReplayTesting.Parallel("plan", "a", "b")));
    }

    [Fact]
    public void Combined_with_a_factor_branches_start_together_and_take_what_they_then_take()
    {
        AgentTrace trace = Three(0, 30, 30, 60, 60, 90, end: 90);
        ReplayChanges changes = ReplayTesting.Parallel("plan", "*") with { Scale = [new ScaleChange(new ReplayTarget { Step = "price" }, 2)] };

        Assert.Equal(60, trace.After(changes));
    }

    [Fact]
    public void Every_parent_of_the_name_gets_a_group_of_its_own()
    {
        AgentTrace trace = new AgentTrace().Root(0, 200)
            .Agent("plan", 0, 100, "root").Tool("a1", 0, 50, "plan", tool: "a").Tool("b1", 50, 100, "plan", tool: "b")
            .Agent("plan2", 100, 200, "root").Tool("a2", 100, 150, "plan2", tool: "a").Tool("b2", 150, 200, "plan2", tool: "b");

        Assert.Equal(100, trace.After(ReplayTesting.Parallel("plan*", "a", "b")));
        Assert.Equal(150, trace.After(ReplayTesting.Parallel("plan", "a", "b")));
    }

    private static AgentTrace Three(double a, double aEnd, double b, double bEnd, double c, double cEnd, double end) => new AgentTrace().Root(0, end).Agent("plan", 0, end, "root")
        .Tool("research", a, aEnd, "plan", tool: "research").Tool("lookup", b, bEnd, "plan", tool: "lookup").Tool("price", c, cEnd, "plan", tool: "price");

    private static IReadOnlySet<(string List, int Index)> Used(AgentTrace trace, ReplayChanges changes)
    {
        TraceReplayer replayer = ReplayTesting.Replayer(changes);
        replayer.Replay(trace.Spans, closed: true);
        return replayer.Used;
    }
}
