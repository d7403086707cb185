using TraceGap.Aggregation;

namespace TraceGap.Reporting.Tests;

/// <summary>Groups of many traces as reports show them: what they save, and how sure it is that they need not wait for each other.</summary>
public sealed class SerializationTests
{
    private const long Millisecond = Contributions.Millisecond;

    [Fact]
    public void Groups_of_the_same_children_in_any_order_are_one_and_shown_in_the_commonest()
    {
        SerializationReport group = Assert.Single(Report([
            Trace(["a", "b"], 10), Trace(["b", "a"], 30), Trace(["b", "a"], 20), Trace(null, 0),
        ]).Serialization);

        Assert.Equal(Text("plan"), group.Parent);
        Assert.Equal([Text("b"), Text("a")], group.Children);
        Assert.Equal((20, 3, 60 / 400.0), (group.SavingMs, group.Traces, group.SavingShare));
    }

    [Fact]
    public void Seen_in_one_order_only_they_are_possibly_independent() => AssertConfidence("possible", Trace(["a", "b"], 10), Trace(["a", "b"], 10));

    [Fact]
    public void Seen_in_both_orders_they_are_likely_independent() => AssertConfidence("likely", Trace(["a", "b"], 10), Trace(["b", "a"], 10));

    [Fact]
    public void Seen_at_the_same_time_they_are_proven_independent() => AssertConfidence("proven", Trace(["a", "b"], 10), Parallel("a", "b"));

    [Fact]
    public void Two_calls_of_one_step_are_proven_independent_where_two_of_it_ran_at_once() => AssertConfidence("proven", Trace(["a", "a"], 10), Parallel("a", "a", "c"));

    [Fact]
    public void Two_calls_of_one_step_have_no_order_to_be_seen_in() => AssertConfidence("possible", Trace(["a", "a"], 10), Trace(["a", "b", "a"], 1), Trace(["b", "a", "a"], 1));

    [Fact]
    public void All_of_a_group_are_as_sure_as_the_two_that_are_least_so()
    {
        AssertConfidence("possible", Trace(["a", "b", "c"], 10), Parallel("a", "b"));
        AssertConfidence("likely", Trace(["a", "b", "c"], 10), Parallel("a", "b"), Trace(["c", "a"], 1), Trace(["c", "b"], 1));
        AssertConfidence("proven", Trace(["a", "b", "c"], 10), Parallel("a", "b", "c"));
    }

    [Fact]
    public void An_order_below_another_parent_proves_nothing() => AssertConfidence("possible", Trace(["a", "b"], 10), Trace(["b", "a"], 1, parent: "other"));

    [Fact]
    public void Alternating_calls_may_each_need_the_one_before() => AssertConfidence("possible", Trace(["a", "b", "a"], 10));

    [Fact]
    public void What_saves_most_time_in_all_comes_first()
    {
        IReadOnlyList<SerializationReport> groups = Report([Trace(["a", "b"], 10), Trace(["a", "b"], 10), Trace(["c", "d"], 15), Trace(["a", "c"], 15)]).Serialization;
        Assert.Equal([Text("a") + Text("b"), Text("a") + Text("c"), Text("c") + Text("d")], groups.Select(static group => string.Concat(group.Children)));
    }

    [Fact]
    public void A_report_has_so_many_groups_at_most() => Assert.Equal(
        SerializationBuilder.MaxGroups,
        Report([.. Enumerable.Range(0, 300).Select(static number => Trace([$"tool {number:000}", "x"], number + 1))]).Serialization.Count);

    [Fact]
    public void Neither_the_order_of_traces_nor_how_they_are_cut_into_cells_matters()
    {
        TraceContribution[] traces = [Trace(["a", "b"], 10), Trace(["b", "a"], 10), Trace(["a", "b", "c"], 10), Trace(["c", "d"], 10), Parallel("a", "b"), Trace(["d", "c"], 10)];
        string expected = ReportJson.Write(Report(traces));
        for (int seed = 0; seed < 20; seed++)
        {
            TraceContribution[] shuffled = [.. traces];
            new Random(seed).Shuffle(shuffled);
            int cut = seed % traces.Length;
            ReportInput input = new() { Cells = [.. Contributions.Cells(shuffled[..cut]), .. Contributions.Cells(shuffled[cut..])] };
            Assert.Equal(expected, ReportJson.Write(ReportBuilder.Build(input)));
        }
    }

    private static void AssertConfidence(string expected, params TraceContribution[] traces) => Assert.Equal(
        expected,
        Report(traces).Serialization.MaxBy(static group => group.SavingMs)!.Confidence);

    private static Report Report(TraceContribution[] traces) => Contributions.Report(traces);

    private static TraceContribution Trace(string[]? children, long savingMs, string parent = "plan") => Contributions.Trace(
        new SimulatedRun().Step("plan").Ends(TraceOutcome.Ok),
        durationNanos: 100 * Millisecond,
        path: [(Layer.Orchestration, SegmentKind.Compute, 100 * Millisecond)],
        serial: children is null ? [] : [new SerialSaving(new SerialGroup(SimulatedRun.Key(parent), [.. children.Select(SimulatedRun.Key)]), savingMs * Millisecond)]);

    private static TraceContribution Parallel(params string[] members) => Contributions.Trace(
        new SimulatedRun().Parallel([.. members.Select(static member => (member, true, false, 1))]).Ends(TraceOutcome.Ok), durationNanos: 100 * Millisecond);

    private static string Text(string operation) => SimulatedRun.Key(operation).Text;
}
