using System.Runtime.InteropServices;
using FsCheck;
using FsCheck.Fluent;
using TraceGap.Otlp;

namespace TraceGap.Aggregation.Tests;

public class ReplayPropertyTests
{
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(500);

    [Fact]
    public void Nothing_changed_changes_nothing_to_the_nanosecond()
    {
        TraceReplayer replayer = ReplayTesting.Replayer(new ReplayChanges());
        ForRandomTraces(random =>
        {
            if (ReplayTesting.Checked(replayer, RandomAgentTrace.Make(random)) is ReplayedTrace trace)
            {
                Assert.Equal(trace.BeforeNanos, trace.AfterNanos);
                Assert.Equal(trace.LayersBefore, trace.LayersAfter);
            }
        });
    }

    [Fact]
    public void A_factor_of_one_a_group_of_one_and_what_is_not_there_change_nothing_either()
    {
        TraceReplayer replayer = ReplayTesting.Replayer(new ReplayChanges
        {
            Scale = [ReplayTesting.Faster(Layer.Inference, 1), new ScaleChange(new ReplayTarget { Step = "*" }, 1.000m), new ScaleChange(new ReplayTarget { Model = "gone" }, 7)],
            Parallelize = [new ParallelizeChange("gone", ["*"]), new ParallelizeChange("*", ["gone"])],
            Remove = [new RemoveChange("gone")],
        });
        ForRandomTraces(random =>
        {
            if (ReplayTesting.Checked(replayer, RandomAgentTrace.Make(random)) is ReplayedTrace trace)
            {
                Assert.Equal(trace.LayersBefore, trace.LayersAfter);
            }
        });
    }

    [Fact]
    public void What_the_reported_path_says_of_own_time_is_what_the_replay_says()
    {
        TraceWorkspace work = new();
        SiblingOrder order = new();
        OwnTime own = new();
        ForRandomTraces(random =>
        {
            TraceFindings findings = new TraceAnalyzer(AnalysisOptions.Default).Run(RandomAgentTrace.Make(random), closed: true, work);
            order.Begin(work.Path.OnOffer);
            own.Find(work.Tree, work.Layers.Layers, CollectionsMarshal.AsSpan(work.StepFindings), work.Steps.IndexesOfSpans(work.Tree.Count), order);

            List<PathSegment> all = [];
            for (int position = 0; position < order.Spans.Length; position++)
            {
                PathSegment[] stretches = own.Of(position).ToArray();
                Assert.All(stretches, stretch => Assert.Equal(order.Spans[position].Index, stretch.SpanIndex));
                Assert.All(stretches.Zip(stretches.Skip(1)), static pair => Assert.True(pair.First.EndUnixNanos <= pair.Second.StartUnixNanos));
                all.AddRange(stretches);
            }

            Assert.Subset(all.ToHashSet(), findings.CriticalPath.ToHashSet());
        });
    }

    [Fact]
    public void A_replay_is_what_the_naive_rule_gives()
    {
        Gen<(int Parent, int Start, int Length, int Factor)> span =
            from parent in Gen.Choose(0, 9)
            from start in Gen.Choose(0, 24)
            from length in Gen.Choose(1, 16)
            from factor in Gen.Choose(0, 4)
            select (parent, start, length, factor);
        Prop.ForAll(Gen.ArrayOf(span).ToArbitrary(), static spans =>
        {
            // Times are multiples of 8 beside whole milliseconds and factors halves and fourths, so that nothing is rounded and nothing is taken for floored.
            List<NaiveReplay.Node> nodes = [new NaiveReplay.Node(1, 241, 0.5m, [])];
            TraceSketch sketch = new TraceSketch().Span("0", 1, 241);
            foreach ((int parent, int start, int length, int factor) in spans)
            {
                int at = parent % nodes.Count;
                NaiveReplay.Node above = nodes[at];
                (long from, long to) = (Math.Max(above.Start, 1 + (start * 8)), Math.Min(above.End, 1 + ((start + length) * 8)));
                if (from < to)
                {
                    NaiveReplay.Node node = new(from, to, factor switch { 0 => 0.25m, 1 => 0.5m, 2 => 1, 3 => 2, _ => 3 }, []);
                    above.Children.Add(node);
                    sketch.Span($"{nodes.Count}", from, to, $"{at}");
                    nodes.Add(node);
                }
            }

            SpanTree tree = sketch.Tree();
            SpanLayer[] layers = new SpanLayer[tree.Count];
            SiblingOrder order = new();
            order.Begin(new PathSpans().Of(tree, layers));
            OwnTime own = new();
            own.Find(tree, layers, [], PathTesting.NoSteps(tree), order);
            SpanEdit[] edits = [.. order.Spans.ToArray().Select(it => new SpanEdit(nodes[int.Parse(tree.Spans[it.Index].Name)].Factor))];
            ParallelBranches none = new();
            none.Begin(tree.Count, 0);
            TreeReplay replay = new();
            replay.Run(order, own, edits, none, 0);

            Assert.Equal(NaiveReplay.Length(nodes[0]), replay.Lengths[0]);
        }).Check(Many.WithEndSize(30));
    }

    [Fact]
    public void Faster_never_takes_longer_and_slower_never_less()
    {
        ForRandomTraces(random =>
        {
            IReadOnlyList<SpanRecord> spans = RandomAgentTrace.Make(random);
            Layer layer = (Layer)random.Next(LayerNames.Count);
            decimal factor = (decimal)(random.NextDouble() * 0.999) + 0.000001m;
            ReplayedTrace? faster = ReplayTesting.Checked(ReplayTesting.Replayer(ReplayTesting.Scaled(ReplayTesting.Faster(layer, factor))), spans);
            ReplayedTrace? slower = ReplayTesting.Checked(ReplayTesting.Replayer(ReplayTesting.Scaled(ReplayTesting.Faster(layer, 1 / factor))), spans);

            Assert.True(faster is null || faster.AfterNanos <= faster.BeforeNanos);
            Assert.True(slower is null || slower.AfterNanos >= slower.BeforeNanos);
        });
    }

    [Fact]
    public void Neither_in_parallel_nor_with_steps_left_out_does_a_run_take_longer()
    {
        string[] names = ["*", "chat*", "lookup", "agent*", "POST*", "work"];
        ForRandomTraces(random =>
        {
            IReadOnlyList<SpanRecord> spans = RandomAgentTrace.Make(random);
            string name = names[random.Next(names.Length)];
            ReplayedTrace? parallel = ReplayTesting.Checked(ReplayTesting.Replayer(ReplayTesting.Parallel("*", name)), spans);
            ReplayedTrace? shorter = ReplayTesting.Checked(ReplayTesting.Replayer(new ReplayChanges { Remove = [new RemoveChange(name)] }), spans);

            Assert.True(parallel is null || parallel.AfterNanos <= parallel.BeforeNanos);
            Assert.True(shorter is null || shorter.AfterNanos <= shorter.BeforeNanos);
        });
    }

    [Fact]
    public void Whatever_is_changed_the_path_tiles_the_run_and_the_same_changes_give_the_same_times()
    {
        ForRandomTraces(random =>
        {
            IReadOnlyList<SpanRecord> spans = RandomAgentTrace.Make(random);
            ReplayChanges changes = new()
            {
                Scale = [ReplayTesting.Faster((Layer)random.Next(LayerNames.Count), (decimal)random.NextDouble() * 3 + 0.01m), new ScaleChange(new ReplayTarget { Model = "m*" }, 0.5m)],
                Parallelize = [new ParallelizeChange("POST /ask", ["*"]), new ParallelizeChange("agent*", ["chat*", "lookup"])],
                Remove = [new RemoveChange("retrieve")],
                Retry = [new RetryChange(new ReplayTarget { Layer = Layer.ToolCall }, 3)],
                Gate = [new GateChange(new ReplayTarget { Step = "*" }, 0.5)],
                Fallback = [new FallbackChange(new ReplayTarget { Step = "chat" }, null)],
            };
            Dictionary<StepKey, RedoRates> rates = new TraceAnalyzer(AnalysisOptions.Default).Analyze(spans, closed: true).Steps
                .Select(static step => step.Key).Distinct().ToDictionary(static key => key, static _ => new RedoRates(0.8, 0.4, 0.9));

            ReplayedTrace? once = ReplayTesting.Checked(ReplayTesting.Replayer(changes, rates), spans);
            ReplayedTrace? again = ReplayTesting.Checked(ReplayTesting.Replayer(changes, rates), [.. spans.Reverse()]);

            Assert.Equal(once?.LayersAfter, again?.LayersAfter);
        });
    }

    private static void ForRandomTraces(Action<Random> holds) =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => holds(new Random(seed))).Check(Many);
}
