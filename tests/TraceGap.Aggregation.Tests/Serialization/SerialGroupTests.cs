namespace TraceGap.Aggregation.Tests;

/// <summary>Which steps count as run one after the other without need, case by case, and against a search of all there is in small traces.</summary>
public class SerialGroupTests
{
    [Fact]
    public void Agents_one_after_the_other_are_a_group_that_saves_all_but_the_longest() => AssertGroups(
        new AgentTrace().Root(0, 100).Agent("a", 1, 31, "root").Agent("b", 32, 82, "root").Agent("c", 83, 93, "root"),
        ("POST /ask", "invoke_agent a, invoke_agent b, invoke_agent c", 40));

    [Fact]
    public void Agents_at_the_same_time_are_none() => AssertGroups(new AgentTrace().Root(0, 100).Agent("a", 1, 91, "root").Agent("b", 2, 82, "root"));

    [Fact]
    public void The_loop_of_an_agent_is_none() => AssertGroups(
        new AgentTrace().Root(0, 100).Chat("c1", 1, 11, "root").Tool("t1", 12, 22, "root").Chat("c2", 23, 33, "root").Tool("t2", 34, 44, "root").Chat("c3", 45, 90, "root"));

    [Fact]
    public void Tool_calls_that_one_answer_asked_for_are_a_group() => AssertGroups(
        new AgentTrace().Root(0, 100).Chat("c1", 1, 11, "root").Tool("t1", 12, 32, "root").Tool("t2", 33, 43, "root", tool: "price").Chat("c2", 44, 90, "root").Tool("t3", 91, 95, "root"),
        ("POST /ask", "execute_tool lookup, execute_tool price", 10));

    [Theory]
    [InlineData("agent_turn")]
    [InlineData("Iteration 3")]
    [InlineData("react.cycle.7")]
    [InlineData("workflowStep")]
    public void Rounds_of_a_loop_are_none(string name) => AssertGroups(
        new AgentTrace().Root(0, 100).Chain("a", 1, 31, "root", name: name).Chat("x", 2, 30, "a").Chain("b", 32, 82, "root", name: name).Chat("y", 33, 80, "b"));

    [Fact]
    public void Branches_that_are_numbered_are_a_group() => AssertGroups(
        new AgentTrace().Root(0, 100).Chain("a", 1, 31, "root", name: "specialist_0").Chain("b", 32, 82, "root", name: "specialist_1"),
        ("POST /ask", "specialist_{n}, specialist_{n}", 30));

    [Fact]
    public void Nodes_of_other_names_have_nothing_in_common() => AssertGroups(new AgentTrace().Root(0, 100).Chain("plan", 1, 31, "root").Chain("review", 32, 82, "root"));

    [Fact]
    public void Retrievers_of_any_name_are_of_one_kind() => AssertGroups(
        new AgentTrace().Root(0, 100).Retriever("r1", 1, 21, "root", name: "VectorRetriever").Retriever("r2", 22, 52, "root", name: "KeywordRetriever"),
        ("POST /ask", "VectorRetriever, KeywordRetriever", 20));

    [Fact]
    public void What_follows_a_failure_may_be_its_fallback() => AssertGroups(
        new AgentTrace().Root(0, 100).Agent("a", 1, 31, "root", failed: true).Agent("b", 32, 82, "root"));

    [Fact]
    public void A_failure_at_the_end_is_part_of_the_group() => AssertGroups(
        new AgentTrace().Root(0, 100, http: 500).Agent("a", 1, 31, "root").Agent("b", 32, 82, "root", failed: true),
        ("POST /ask", "invoke_agent a, invoke_agent b", 30));

    [Fact]
    public void Attempts_of_one_step_are_one_child() => AssertGroups(
        new AgentTrace().Root(0, 100).Tool("t1", 1, 11, "root", failed: true).Tool("t2", 12, 22, "root"));

    [Fact]
    public void A_step_without_length_in_between_may_have_made_what_the_next_one_needs() => AssertGroups(
        new AgentTrace().Root(0, 100).Tool("t1", 1, 31, "root").Chat("cached", 31.5, 31.5, "root").Tool("t2", 32, 82, "root"));

    [Fact]
    public void A_step_beside_them_is_not_in_between() => AssertGroups(
        new AgentTrace().Root(0, 100).Tool("t1", 1, 31, "root").Chat("guard", 20, 60, "root").Tool("t2", 32, 82, "root"),
        ("POST /ask", "execute_tool lookup, execute_tool lookup", 30));

    [Fact]
    public void A_start_that_was_floored_touches() => AssertGroups(
        new AgentTrace().Root(0, 100).Tool("t1", 1, 31.4, "root").Tool("t2", 31, 81.2, "root"),
        ("POST /ask", "execute_tool lookup, execute_tool lookup", 30.4));

    [Fact]
    public void Groups_of_equal_children_below_equal_parents_are_one_in_the_order_seen_first() => AssertGroups(
        new AgentTrace().Root(0, 200).Agent("w", 1, 51, "root").Chat("c", 55, 60, "root").Span(
                "w2", 61, 121, "root", "invoke_agent w", with: [("gen_ai.operation.name", "invoke_agent"), ("gen_ai.agent.name", "w")])
            .Tool("a1", 2, 12, "w", tool: "a").Tool("b1", 13, 33, "w", tool: "b").Tool("b2", 62, 92, "w2", tool: "b").Tool("a2", 93, 113, "w2", tool: "a"),
        ("invoke_agent w", "execute_tool a, execute_tool b", 30));

    [Fact]
    public void A_long_run_is_cut_into_groups_of_sixteen()
    {
        AgentTrace trace = new AgentTrace().Root(0, 1000);
        for (int call = 0; call < 20; call++)
        {
            trace.Tool($"t{call}", 1 + (call * 10), 9 + (call * 10), "root");
        }

        SerialSaving[] groups = Groups(trace);
        Assert.Equal([4, 16], groups.Select(static group => group.Group.Children.Count));
        Assert.Equal([24, 120], groups.Select(static group => group.Nanos / AgentTrace.Millisecond));
    }

    [Fact]
    public void Of_too_many_groups_those_that_save_most_are_kept()
    {
        AgentTrace trace = new AgentTrace().Root(0, 10_000);
        for (int pair = 0; pair < 40; pair++)
        {
            trace.Tool($"a{pair}", pair * 100, (pair * 100) + pair + 1, "root", tool: $"tool-{(char)('a' + (pair % 26))}{pair / 26}")
                .Tool($"b{pair}", (pair * 100) + 50, (pair * 100) + 51 + pair, "root", tool: $"tool-{(char)('a' + (pair % 26))}{pair / 26}")
                .Chat($"c{pair}", (pair * 100) + 95, (pair * 100) + 96, "root");
        }

        SerialSaving[] groups = Groups(trace);
        Assert.Equal(SerialGroupFinder.MaxGroups, groups.Length);
        Assert.Equal(Enumerable.Range(25, 16), groups.Select(static group => (int)(group.Nanos / AgentTrace.Millisecond)).Order());
        Assert.Equal(groups.Order(Comparer<SerialSaving>.Create(static (left, right) => left.Group.CompareTo(right.Group))), groups);
    }

    [Fact]
    public void Without_latency_there_are_none()
    {
        AgentTrace trace = new AgentTrace().Span("orphan", 0, 100, "gone").Agent("a", 1, 31, "orphan").Agent("b", 32, 82, "orphan");
        Assert.Empty(Groups(trace));
    }

    [Fact]
    public void Small_traces_have_the_groups_that_a_search_of_all_pairs_finds()
    {
        int groups = 0;
        for (int seed = 0; seed < 3000; seed++)
        {
            TraceFindings findings = RandomFindings(new Random(seed));
            string[] expected = Search(findings);
            TraceContribution found = ContributionBuilder.Build(findings, revised: false);
            Assert.Equal(expected, found.Serial.Select(static it => $"{it.Group.InAnyOrder()} {it.Nanos}").Order(StringComparer.Ordinal));
            groups += expected.Length;
        }

        Assert.InRange(groups, 500, int.MaxValue);
    }

    private static TraceFindings RandomFindings(Random random)
    {
        FindingsSketch sketch = new() { End = 1000 };
        sketch.Step("root", 1, 1000, layer: Layer.Ingress);
        int steps = random.Next(2, 10);
        int[] starts = [.. Enumerable.Range(0, steps).Select(_ => random.Next(1, 900)).Order()];
        for (int step = 1; step <= steps; step++)
        {
            int start = starts[step - 1];
            sketch.Step(
                random.Next(3) == 0 ? "other" : $"same {random.Next(2)}", start, start + random.Next(0, 120), random.Next(4) == 0 ? random.Next(step) : 0, Layer.ToolCall,
                (Verdict)new[] { 0, 0, 0, 0, 1, 2, 3, 4 }[random.Next(8)], superseded: random.Next(8) == 0, kind: random.Next(4) == 0 ? "other" : "same");
            if (random.Next(4) > 0)
            {
                sketch.Segment(step, SegmentKind.Compute, start, start + 1);
            }
        }

        return sketch.Findings();
    }

    /// <summary>Two neighbours on the path below one parent are linked if nothing speaks against it; groups are what is linked without a break.</summary>
    private static string[] Search(TraceFindings findings)
    {
        StepFinding[] steps = [.. findings.Steps];
        bool IsOnPath(StepFinding step) => findings.CriticalPath.Any(segment => Ancestors(findings.Spans[segment.SpanIndex].StepIndex).Contains(step.Index));
        IEnumerable<int> Ancestors(int step)
        {
            for (; step >= 0; step = steps[step].ParentIndex)
            {
                yield return step;
            }
        }

        bool IsLinked(StepFinding left, StepFinding right) =>
            left.Kind == right.Kind && left.EndUnixNanos <= right.StartUnixNanos && (left.Verdict is Verdict.Ok or Verdict.Degraded)
            && !steps.Any(other => other.ParentIndex == left.ParentIndex && other.IsExecution && other.Kind != left.Kind && other.Index > left.Index && other.Index < right.Index
                && other.StartUnixNanos >= left.EndUnixNanos && other.EndUnixNanos <= right.StartUnixNanos);

        Dictionary<string, long> found = [];
        foreach (IGrouping<int, StepFinding> siblings in steps.Where(step => step.ParentIndex >= 0 && step.IsExecution && IsOnPath(step)).GroupBy(static step => step.ParentIndex))
        {
            List<StepFinding> run = [];
            foreach (StepFinding? step in siblings.Select(static step => (StepFinding?)step).Append(null))
            {
                if (step is StepFinding next && (run.Count == 0 || IsLinked(run[^1], next)))
                {
                    run.Add(next);
                    continue;
                }

                long[] durations = [.. run.Select(static it => it.EndUnixNanos - it.StartUnixNanos)];
                if (run.Count > 1 && durations.Sum() > durations.Max())
                {
                    string group = $"{steps[siblings.Key].Key}: {string.Join(" > ", run.Select(static it => it.Key).Order())}";
                    found[group] = found.GetValueOrDefault(group) + durations.Sum() - durations.Max();
                }

                run = step is StepFinding first ? [first] : [];
            }
        }

        return [.. found.Select(static it => $"{it.Key} {it.Value}").Order(StringComparer.Ordinal)];
    }

    private static SerialSaving[] Groups(AgentTrace trace) => ContributionBuilder.Build(trace.Analyze(), revised: false).Serial;

    private static void AssertGroups(AgentTrace trace, params (string Parent, string Children, double SavingMs)[] expected) => Assert.Equal(
        expected,
        Groups(trace).Select(static saving => (
            saving.Group.Parent.Operation,
            string.Join(", ", saving.Group.Children.Select(static child => child.Operation)),
            (double)saving.Nanos / AgentTrace.Millisecond)));
}
