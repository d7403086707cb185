using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Reporting.Tests;

public sealed class ReportBuilderTests
{
    private const string EmptyReport = """
        {"window":{"from":null,"to":null},"workflow":"shop/ask",
        "traces":{"total":0,"ok":0,"failed":0,"cancelled":0,"unknown":0,"open":0,"inferred":0,"revised":0},"weighted":null,"spans":0,"overflow":false,"analysedUntil":null,
        "reliability":{"observed":{"value":null,"low":null,"high":null,"worst":null,"best":null},"theoretical":{"value":null,"low":null,"high":null},
        "divergence":{"value":null,"low":null,"high":null,"worst":null,"best":null,"significant":false},"upperBound":false,"pathSample":0,
        "perStepMean":null,"coordinationGap":null,"theoreticalPerAttempt":{"value":null,"low":null,"high":null},
        "decomposition":{"retries":null,"dependence":null,"recovered":null,"silent":null},"advertised":null,"layerLosses":[],"passK":[]},
        "latency":{"p50":null,"p90":null,"p95":null,"p99":null,"mean":null,"bands":[],"coordinationShare":null,"coveredShare":null},
        "layers":[],"steps":[],"failures":[],"serialization":[],"objective":null,"ruleSets":[]}
        """;

    private static readonly OutcomeRecord Fine = new SimulatedRun().Step("model").Step("answer").Ends(TraceOutcome.Ok);
    private static readonly OutcomeRecord Broken = new SimulatedRun().Step("model", ok: false).Ends(TraceOutcome.Failed);
    private static readonly OutcomeRecord Lost = new SimulatedRun().Step("model").Ends(TraceOutcome.Unknown);

    [Fact]
    public void What_has_no_data_is_null()
    {
        Report report = ReportBuilder.Build(new ReportInput { Cells = [], Workflow = "shop/ask" });

        Assert.Equal(EmptyReport.Replace("\n", string.Empty, StringComparison.Ordinal), ReportJson.Write(report));
    }

    [Fact]
    public void Times_of_the_window_are_utc()
    {
        Report report = ReportBuilder.Build(new ReportInput
        {
            Cells = [],
            FromUnixNanos = 1_772_359_200_000_000_000,
            ToUnixNanos = 1_772_362_800_000_000_000,
            AnalysedUntilUnixNanos = 1_772_362_799_999_999_999,
            Overflow = true,
        });

        Assert.StartsWith(
            """{"window":{"from":"2026-03-01T10:00:00Z","to":"2026-03-01T11:00:00Z"},"workflow":null,""", ReportJson.Write(report), StringComparison.Ordinal);
        Assert.Contains(""","overflow":true,"analysedUntil":"2026-03-01T10:59:59.9999999Z",""", ReportJson.Write(report), StringComparison.Ordinal);
    }

    [Fact]
    public void Traces_are_counted_by_outcome()
    {
        OutcomeRecord given = new SimulatedRun().Step("model").Ends(TraceOutcome.Cancelled);
        OutcomeRecord open = new SimulatedRun().Step("model").Ends(TraceOutcome.Open);
        OutcomeRecord guessed = new([], [], TraceOutcome.Failed, inferred: true, hasUnrecovered: false, lastFailed: false);
        Report report = Contributions.Report(
        [
            Contributions.Trace(Fine), Contributions.Trace(Fine, revised: true), Contributions.Trace(Broken), Contributions.Trace(guessed),
            Contributions.Trace(given), Contributions.Trace(open), Contributions.Trace(Lost),
        ]);

        Assert.Equal(new TraceCounts(7, 2, 2, 1, 1, 1, 1, 1), report.Traces);
        Assert.Equal(0.5, report.Reliability.Observed.Value);
        Assert.Null(report.Weighted);
        Assert.Equal(3 + 3 + 2 + 1 + 2 + 2 + 2, report.Spans);
    }

    [Fact]
    public void Sampled_traces_are_reported_beside_the_raw_counts()
    {
        Report report = Contributions.Report(
            [Contributions.Trace(Fine, weight: 10 << 16), Contributions.Trace(Fine), Contributions.Trace(Broken, weight: 5 << 15)]);

        Assert.Equal(3, report.Traces.Total);
        Assert.Equal(new WeightedCounts(13.5, 11, 2.5, 13.5 * 13.5 / (100 + 1 + 6.25)), report.Weighted);
        Assert.Equal(11 / 13.5, report.Reliability.Observed.Value!.Value, 12);
    }

    [Fact]
    public void Steps_of_unknown_traces_are_counted_and_not_rated()
    {
        Report report = Contributions.Report([Contributions.Trace(Fine), Contributions.Trace(Broken), Contributions.Trace(Lost)]);
        LayerReport layer = report.Layers.Single(static layer => layer.Layer == "inference");
        StepReport step = report.Steps.Single(static step => step.Operation == "model");

        Assert.Equal((3, 1, 0), (layer.Steps, layer.OwnFailures, layer.Recovered));
        Assert.Equal(0.5, layer.Reliability.Value);
        Assert.Equal((3, 3, 1), (step.Executions, step.Attempts, step.OwnFailures));
        Assert.Equal(0.5, step.Reliability.Value);
    }

    [Fact]
    public void Layers_and_steps_are_sorted_by_count_and_then_by_name()
    {
        OutcomeRecord record = new SimulatedRun().Step("tool b").Step("tool a").Step("model").Step("model").Step("model").Step("ingress").Ends(TraceOutcome.Ok);
        Report report = Contributions.Report([Contributions.Trace(record)]);

        Assert.Equal(["inference", "tool_call", "ingress"], report.Layers.Select(static layer => layer.Layer));
        Assert.Equal(
            ["agent/inference/model", "agent/ingress/ingress", "agent/tool_call/tool a", "agent/tool_call/tool b"], report.Steps.Select(static step => step.Step));
        Assert.Equal(3, report.Steps[0].DurationMs.P50!.Value, 0.04);
    }

    [Fact]
    public void Executions_that_fail_together_widen_the_interval_of_their_step()
    {
        OutcomeRecord allFail = new SimulatedRun().Parallel([.. Enumerable.Repeat(("tool", false, true, 1), 10)]).Ends(TraceOutcome.Ok);
        OutcomeRecord noneFails = new SimulatedRun().Parallel([.. Enumerable.Repeat(("tool", true, false, 1), 10)]).Ends(TraceOutcome.Ok);
        Report together = Contributions.Report(Enumerable.Range(0, 20).Select(i => Contributions.Trace(i % 2 == 0 ? allFail : noneFails)));
        Estimate asTraces = Wilson.Interval(0.5, 0.25 / 20, 20);

        Assert.Equal(asTraces.Low!.Value, together.Steps[0].Reliability.Low!.Value, 12);
        Assert.Equal(asTraces.High!.Value, together.Layers[0].Reliability.High!.Value, 12);
    }

    [Fact]
    public void Failures_carry_the_smallest_trace_id_and_a_silent_one_names_no_step()
    {
        FailureKey timeout = new(Layer.Inference, SimulatedRun.Key("model"), "timeout");
        FailureKey silent = new(null, null, string.Empty);
        ReportInput input = new()
        {
            Cells = Contributions.Cells(
            [
                Contributions.Trace(Broken, failure: timeout, errors: [new StepError(SimulatedRun.Key("model"), "timeout", 1)]),
                Contributions.Trace(Broken, Contributions.Key("shop/other"), failure: timeout),
                Contributions.Trace(Fine, failure: silent),
            ]),
            ExampleTraceIds = new Dictionary<WorkflowFailure, TraceId>
            {
                [new WorkflowFailure("shop/ask", timeout)] = new(2, 1),
                [new WorkflowFailure("shop/other", timeout)] = new(1, 9),
                [new WorkflowFailure("shop/elsewhere", timeout)] = new(0, 1),
            },
        };
        Report report = ReportBuilder.Build(input);

        Assert.Equal(
            [
                new FailureReport("inference", "agent/inference/model", "timeout", "timeout", 2, "00000000000000010000000000000009"),
                new FailureReport(null, null, string.Empty, "silent", 1, null),
            ],
            report.Failures);
        Assert.Equal([new ErrorCount("timeout", 1)], report.Steps.Single(static step => step.Operation == "model").Errors);
    }

    [Fact]
    public void Versions_are_averaged_and_not_pooled()
    {
        // The model is poor in version 1 and good in version 2; each is a fail-fast chain, so neither diverges.
        static OutcomeRecord First(IChance chance) => SimulatedWorld.FailFast(chance, [("ingress", 1), ("model", 0.5)]);
        static OutcomeRecord Second(IChance chance) => SimulatedWorld.FailFast(chance, [("model", 0.95), ("answer", 0.3)]);
        List<TraceContribution> traces = [];
        traces.AddRange(Draw(First, 200, "1"));
        traces.AddRange(Draw(Second, 600, "2"));
        Report both = Contributions.Report(traces, "shop/ask");
        Report first = Contributions.Report(traces.Where(static trace => trace.Key.Version == "1"));
        Report second = Contributions.Report(traces.Where(static trace => trace.Key.Version == "2"));
        ReliabilityEstimate pooled = ReliabilityEstimator.Estimate(
            Contributions.Cells(traces.Select(static trace => Contributions.Trace(trace.Outcome))).Single().Value.Outcomes.Records, EstimatorOptions.Default)!;

        Assert.Equal(
            (0.25 * first.Reliability.Theoretical.Value!.Value) + (0.75 * second.Reliability.Theoretical.Value!.Value),
            both.Reliability.Theoretical.Value!.Value,
            12);
        Assert.Equal(0, both.Reliability.Divergence.Value!.Value, 12);
        Assert.False(both.Reliability.Divergence.Significant);
        Assert.True(Math.Abs(pooled.Divergence.Value) > 0.04, "pooling would invent a divergence");
    }

    [Fact]
    public void Traces_without_a_root_are_shown_with_every_workflow_of_their_service_and_environment()
    {
        TraceContribution[] traces =
        [
            Contributions.Trace(Fine), Contributions.Trace(Broken),
            Contributions.Trace(Fine, Contributions.Key("shop/other")),
            Contributions.Trace(Lost, Contributions.Key("shop/(no root)", version: string.Empty)),
            Contributions.Trace(Broken, Contributions.Key("shop/(no root)", version: string.Empty)),
            Contributions.Trace(Lost, Contributions.Key("shop/(no root)", environment: "test")),
            Contributions.Trace(Lost, Contributions.Key("bank/(no root)")),
        ];
        Report report = Contributions.Report(traces, "shop/ask");

        Assert.Equal((3, 1, 1, 1), (report.Traces.Total, report.Traces.Ok, report.Traces.Failed, report.Traces.Unknown));
        Assert.Equal(1.0 / 3, report.Reliability.Observed.Worst!.Value, 12);
        Assert.Equal(2.0 / 3, report.Reliability.Observed.Best!.Value, 12);
        Assert.Equal(3, report.Layers.Single(static layer => layer.Layer == "inference").Steps);
        Assert.Equal(1, Contributions.Report(traces, "shop/other").Traces.Unknown);
        Assert.Equal(3, Contributions.Report(traces).Traces.Unknown);
        Assert.Equal(1, Contributions.Report(traces, "bank/(no root)").Traces.Unknown);
        Assert.Null(Contributions.Report(traces, "bank/(no root)").Reliability.Observed.Worst);
    }

    [Fact]
    public void An_unknown_trace_that_may_be_of_either_version_counts_once()
    {
        List<TraceContribution> traces = [Contributions.Trace(Lost, Contributions.Key("shop/(no root)", version: string.Empty))];
        traces.AddRange(Enumerable.Range(0, 8).Select(i => Contributions.Trace(i == 0 ? Broken : Fine, Contributions.Key(version: i < 2 ? "1" : "2"))));
        ObservedReliability observed = Contributions.Report(traces, "shop/ask").Reliability.Observed;

        Assert.Equal(7.0 / 9, observed.Worst!.Value, 12);
        Assert.Equal(8.0 / 9, observed.Best!.Value, 12);
    }

    [Fact]
    public void Order_of_cells_and_how_minutes_cut_the_window_change_no_byte()
    {
        for (int seed = 0; seed < 30; seed++)
        {
            TraceContribution[] traces = [.. RandomTraces(seed)];
            string expected = ReportJson.Write(Contributions.Report(traces));
            Random random = new(seed);
            random.Shuffle(traces);
            KeyValuePair<RollupKey, RollupCell>[] minutes = [.. traces.Chunk(7).SelectMany(Contributions.Cells)];
            random.Shuffle(minutes);

            Assert.Equal(expected, ReportJson.Write(ReportBuilder.Build(new ReportInput { Cells = minutes })));
        }
    }

    [Fact]
    public void Building_a_report_changes_no_cell()
    {
        IReadOnlyList<KeyValuePair<RollupKey, RollupCell>> cells = Contributions.Cells(RandomTraces(1));
        ReportInput input = new() { Cells = [.. cells, .. cells] };
        string first = ReportJson.Write(ReportBuilder.Build(input));

        Assert.Equal(first, ReportJson.Write(ReportBuilder.Build(input)));
    }

    [Fact]
    public void Workflows_are_listed_with_the_figures_of_their_reports()
    {
        IReadOnlyList<KeyValuePair<RollupKey, RollupCell>> cells = Contributions.Cells(
        [
            Contributions.Trace(Fine, durationNanos: 5 * Contributions.Millisecond, path: [(Layer.Inference, SegmentKind.Compute, 5 * Contributions.Millisecond)]),
            Contributions.Trace(Broken, Contributions.Key(environment: "test")),
            Contributions.Trace(Fine, Contributions.Key("shop/b")),
            Contributions.Trace(Fine, Contributions.Key("shop/a")),
        ]);
        WorkflowList list = ReportBuilder.Workflows(new ReportInput { Cells = cells });
        Report report = ReportBuilder.Build(new ReportInput { Cells = cells, Workflow = "shop/ask" });

        Assert.Equal(["shop/ask", "shop/a", "shop/b"], list.Workflows.Select(static workflow => workflow.Workflow));
        Assert.Equal(["prod", "test"], list.Workflows[0].Environments);
        Assert.Equal((2, 1, 1), (list.Workflows[0].Traces, list.Workflows[0].Ok, list.Workflows[0].Failed));
        Assert.Equal(report.Reliability.Divergence, list.Workflows[0].Divergence);
        Assert.Equal(report.Latency.P99, list.Workflows[0].P99);
        Assert.Single(ReportBuilder.Workflows(new ReportInput { Cells = cells, Workflow = "shop/b" }).Workflows);
    }

    private static IEnumerable<TraceContribution> Draw(Func<IChance, OutcomeRecord> world, int traces, string version)
    {
        RandomChance chance = new(seed: traces);
        return [.. Enumerable.Range(0, traces).Select(_ => Contributions.Trace(world(chance), Contributions.Key(version: version)))];
    }

    private static List<TraceContribution> RandomTraces(int seed)
    {
        Random random = new(seed);
        List<TraceContribution> traces = [];
        foreach (OutcomeRecord record in RandomTables.Make(seed).Keys)
        {
            bool hasLatency = record.Outcome is TraceOutcome.Ok or TraceOutcome.Failed;
            long nanos = random.NextInt64(1, 100_000_000_000);
            traces.Add(Contributions.Trace(
                record,
                Contributions.Key(random.Next(3) == 0 ? "shop/(no root)" : "shop/ask", random.Next(2).ToString()),
                hasLatency ? nanos : null,
                random.Next(1, 4) << 15,
                record.Outcome == TraceOutcome.Failed ? new FailureKey(Layer.ToolCall, SimulatedRun.Key("tool"), random.Next(2) == 0 ? "timeout" : "500") : null,
                hasLatency ? [((Layer)random.Next(7), (SegmentKind)random.Next(4), nanos)] : [],
                [new StepError(SimulatedRun.Key("tool"), "timeout", 1)],
                [Contributions.Usage("m", 1, random.Next(100), random.Next(100))]));
        }

        return traces;
    }
}
