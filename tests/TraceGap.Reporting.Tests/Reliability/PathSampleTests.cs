using System.Text.Json;
using TraceGap.Aggregation;
using TraceGap.Otlp;
using TraceGap.Reporting.Alerts;

namespace TraceGap.Reporting.Tests;

/// <summary>Agents that loop freely: nearly every run has a path of its own, and reports read the paths of a sample.</summary>
public sealed class PathSampleTests
{
    private const double Exact = 1e-12;
    private const int Tools = 10;
    private const double Ends = 0.15;
    private const int LongestRun = 60;

    /// <summary>Mean reliability of a tool: the first are the worst.</summary>
    private static double ReliabilityOf(int tool) => 0.97 + (0.003 * tool);

    /// <summary>Runs are as long as chance has it, whatever they did before; so those that failed would have gone on like any other.</summary>
    private static double Truth { get; } = Enumerable.Range(1, 1_000)
        .Sum(static length => Ends * Math.Pow(1 - Ends, length - 1) * Math.Pow(Enumerable.Range(0, Tools).Average(ReliabilityOf), length));

    [Fact]
    public void Below_the_bound_a_report_has_the_same_bytes_as_without_one()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            RandomChance chance = new(seed);
            TraceContribution[] traces = [.. Enumerable.Range(0, 200).Select(i => Contributions.Trace(RunOf(chance), durationNanos: i * Contributions.Millisecond, weight: (1 + (i % 3)) << 16))];
            RollupCell whole = new();
            WindowSum window = new(new PathBound(traces.Length));
            for (int i = 0; i < traces.Length; i++)
            {
                TraceId id = new((ulong)seed, (ulong)i);
                whole.Add(id, traces[i]);
                window.Add(id, traces[i]);
            }

            Assert.Equal(Json(ReportOf(whole)), Json(ReportOf(window.Finish())));
        }
    }

    [Fact]
    public void Beyond_the_bound_counts_and_rates_are_those_of_all_traces()
    {
        RollupCell whole = CellOf(traces: 5_000, seed: 1);
        Report all = ReportOf(whole);
        Report sampled = ReportOf(CellOf(traces: 5_000, seed: 1, most: 300));

        Assert.InRange(sampled.Reliability.PathSample, 150, 700);
        Assert.Equal(all.Traces, sampled.Traces);
        Assert.Equal(all.Weighted, sampled.Weighted);
        Assert.Equal(JsonSerializer.Serialize(all.Steps), JsonSerializer.Serialize(sampled.Steps));
        Assert.Equal(JsonSerializer.Serialize(all.Layers), JsonSerializer.Serialize(sampled.Layers));
        AssertSame(all.Reliability.Observed.Value, sampled.Reliability.Observed.Value);
        AssertSame(all.Reliability.Observed.Low, sampled.Reliability.Observed.Low);
        AssertSame(all.Reliability.Observed.High, sampled.Reliability.Observed.High);
        AssertSame(all.Reliability.PerStepMean, sampled.Reliability.PerStepMean);
        AssertSame(all.Reliability.CoordinationGap, sampled.Reliability.CoordinationGap);
        AssertSame(all.Reliability.Decomposition.Recovered, sampled.Reliability.Decomposition.Recovered);
        AssertSame(all.Reliability.Decomposition.Silent, sampled.Reliability.Decomposition.Silent);
        AssertSame(all.Reliability.Observed.Worst, sampled.Reliability.Observed.Worst);
        AssertSame(all.Reliability.Observed.Best, sampled.Reliability.Observed.Best);
        Decomposition parts = sampled.Reliability.Decomposition;
        AssertSame(sampled.Reliability.Divergence.Value, parts.Dependence + parts.Recovered + parts.Silent);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_theoretical_reliability_of_a_sample_is_unbiased_and_its_intervals_hold_the_truth(bool weighted)
    {
        const int Windows = 150;
        (int theoretical, int divergence) = (0, 0);
        double[] errors = new double[Windows];
        double[] shifts = new double[Windows];
        for (int seed = 0; seed < Windows; seed++)
        {
            ReliabilityReport all = ReportOf(CellOf(traces: 1_500, seed, weighted: weighted)).Reliability;
            ReliabilityReport sampled = ReportOf(CellOf(traces: 1_500, seed, most: 300, weighted: weighted)).Reliability;
            Assert.InRange(sampled.PathSample, 150, 700);
            errors[seed] = sampled.Theoretical.Value!.Value - Truth;
            shifts[seed] = sampled.Theoretical.Value!.Value - all.Theoretical.Value!.Value;
            theoretical += sampled.Theoretical.Low <= Truth && Truth <= sampled.Theoretical.High ? 1 : 0;
            divergence += sampled.Divergence.Low <= TrueDivergence && TrueDivergence <= sampled.Divergence.High ? 1 : 0;
        }

        AssertUnbiased(errors);
        AssertUnbiased(shifts);

        // 95 % of 150, less three standard errors.
        Assert.InRange(theoretical / (double)Windows, 0.89, 1);
        Assert.InRange(divergence / (double)Windows, 0.89, 1);
    }

    /// <summary>The records of one hour that has a great many must not outweigh those of others that have few.</summary>
    [Fact]
    public void Hours_with_few_and_with_very_many_paths_count_alike()
    {
        double[] shifts = new double[60];
        for (int seed = 0; seed < shifts.Length; seed++)
        {
            RollupCell calm = new();
            RollupCell wild = CellOf(traces: 1_500, seed, most: 200);
            for (int i = 0; i < 1_000; i++)
            {
                calm.Add(new TraceId((ulong)seed, (ulong)i << 20), Contributions.Trace(new SimulatedRun().Step("tool 0").Step("tool 1").Ends(TraceOutcome.Ok)));
            }

            RollupCell whole = CellOf(traces: 1_500, seed);
            whole.Merge(calm);
            shifts[seed] = ReportOf(calm, wild).Reliability.Theoretical.Value!.Value - ReportOf(whole).Reliability.Theoretical.Value!.Value;
        }

        AssertUnbiased(shifts);
    }

    [Fact]
    public void Unknown_traces_whose_paths_are_a_sample_bound_as_all_of_them_do()
    {
        double[] worst = new double[40];
        for (int seed = 0; seed < worst.Length; seed++)
        {
            RollupCell rootless = UnknownOf(1_000, seed);
            RollupCell sampled = UnknownOf(1_000, seed);
            sampled.Outcomes.Thin(100);
            Assert.True(sampled.Outcomes.Level > 2);
            RollupCell known = CellOf(traces: 500, seed);
            Report all = RootlessReport(known, rootless);
            Report some = RootlessReport(known, sampled);
            AssertSame(all.Reliability.Observed.Worst, some.Reliability.Observed.Worst);
            AssertSame(all.Reliability.Theoretical.Value, some.Reliability.Theoretical.Value);
            Assert.Equal(all.Traces, some.Traces);
            worst[seed] = some.Reliability.Divergence.Worst!.Value - all.Reliability.Divergence.Worst!.Value;
        }

        AssertUnbiased(worst);
    }

    [Fact]
    public void What_rescued_runs_would_bring_is_the_same_on_average_from_a_sample()
    {
        ReplayChanges changes = new() { Retry = [new RetryChange(new ReplayTarget { Layer = Layer.ToolCall }, 2)] };
        double[] shifts = new double[40];
        for (int seed = 0; seed < shifts.Length; seed++)
        {
            ReliabilityProjection all = Project(CellOf(traces: 1_500, seed), changes);
            ReliabilityProjection sampled = Project(CellOf(traces: 1_500, seed, most: 300), changes);
            AssertSame(all.Observed.Before.Value, sampled.Observed.Before.Value);
            Assert.True(sampled.Observed.After.Value > sampled.Observed.Before.Value + 0.05);
            shifts[seed] = sampled.Observed.After.Value!.Value - all.Observed.After.Value!.Value;
        }

        AssertUnbiased(shifts);
    }

    [Fact]
    public void Dependence_over_a_sample_tells_of_all_traces()
    {
        DependenceReport all = DependenceBuilder.Build(InputOf(CellOf(traces: 20_000, seed: 1)));
        DependenceReport sampled = DependenceBuilder.Build(InputOf(CellOf(traces: 20_000, seed: 1, most: 5_000)));
        Assert.Equal(all.Traces, sampled.Traces);
        Assert.Equal(JsonSerializer.Serialize(all.Retries), JsonSerializer.Serialize(sampled.Retries));
        Assert.Equal(all.Hazard[0].Reached, sampled.Hazard[0].Reached, all.Hazard[0].Reached * 0.06);
        Assert.True(sampled.Hazard[3].Hazard.High - sampled.Hazard[3].Hazard.Low > all.Hazard[3].Hazard.High - all.Hazard[3].Hazard.Low);
    }

    [Fact]
    public void A_scan_finds_the_same_losses_and_counts_them_as_known_from_fewer_traces()
    {
        const long Start = 28_000_000;
        const int Minutes = 34;
        double[] shifts = new double[30];
        for (int seed = 0; seed < shifts.Length; seed++)
        {
            WorkflowHistory all = new();
            WorkflowHistory some = new();
            for (int minute = 0; minute < Minutes; minute++)
            {
                // Minutes have samples of all sizes.
                int number = (seed * Minutes) + minute;
                all.Take(Start + minute, [KeyValuePair.Create(Contributions.Key(), CellOf(traces: 100, number))]);
                some.Take(Start + minute, [KeyValuePair.Create(Contributions.Key(), CellOf(traces: 100, number, most: 10 << (minute % 4)))]);
            }

            WorkflowLosses known = all.LossesUntil(Start + Minutes - 1);
            WorkflowLosses sampled = some.LossesUntil(Start + Minutes - 1);
            for (int i = 0; i < ScanWindows.Minutes.Count; i++)
            {
                AssertSame(known.Silent[i].Loss, sampled.Silent[i].Loss);
                AssertSame(known.Silent[i].Traces, sampled.Silent[i].Traces);
            }

            int last = ScanWindows.Minutes.ToList().IndexOf(Minutes);
            Assert.InRange(sampled.Diverged[last].Traces, known.Diverged[last].Traces / 16, known.Diverged[last].Traces / 2);
            shifts[seed] = sampled.Diverged[last].Loss - known.Diverged[last].Loss;
        }

        AssertUnbiased(shifts);
    }

    /// <summary>5 % of the runs that come to their end are lost in silence.</summary>
    private const double SilentLoss = 0.05;

    private static double TrueDivergence { get; } = (Truth * (1 - SilentLoss)) - Truth;

    private static OutcomeRecord RunOf(RandomChance chance)
    {
        SimulatedRun run = new();
        for (int length = 0; length == 0 || (length < LongestRun && !chance.Happens(Ends)); length++)
        {
            int tool = chance.OneOf(Tools);
            bool ok = chance.Happens(ReliabilityOf(tool));
            run.Step($"tool {tool}", ok);
            if (!ok)
            {
                return run.Ends(TraceOutcome.Failed);
            }
        }

        return run.Ends(chance.Happens(SilentLoss) ? TraceOutcome.Failed : TraceOutcome.Ok);
    }

    private static RollupCell CellOf(int traces, int seed, int most = int.MaxValue, bool weighted = false)
    {
        RandomChance chance = new(seed);
        RollupCell cell = new();
        for (int i = 0; i < traces; i++)
        {
            Int128 weight = (Int128)(weighted ? 1 + (i % 3) : 1) << 16;
            cell.Outcomes.Add(RunOf(chance), PathLevel.Of(new TraceId((ulong)seed, (ulong)i)), new OutcomeWeight(1, weight, weight * weight));
        }

        cell.Outcomes.Thin(most);
        return cell;
    }

    private static RollupCell UnknownOf(int traces, int seed)
    {
        RandomChance chance = new(seed + 1_000);
        RollupCell cell = new();
        for (int i = 0; i < traces; i++)
        {
            OutcomeRecord run = RunOf(chance);
            OutcomeRecord unknown = new([.. run.Path.Select(static at => at.ToArray())], [.. run.Steps], TraceOutcome.Unknown, false, run.HasUnrecovered, run.LastFailed);
            cell.Outcomes.Add(unknown, PathLevel.Of(new TraceId((ulong)seed, (ulong)(i + 100_000))), new OutcomeWeight(1, 1 << 16, (Int128)1 << 32));
        }

        return cell;
    }

    private static Report RootlessReport(RollupCell known, RollupCell unknown)
    {
        RollupKey key = Contributions.Key();
        RollupKey rootless = key with { Workflow = $"{key.Service}/{RollupKey.NoRoot}" };
        return ReportBuilder.Build(new ReportInput { Cells = [KeyValuePair.Create(key, known), KeyValuePair.Create(rootless, unknown)], Workflow = key.Workflow });
    }

    private static ReportInput InputOf(params RollupCell[] cells) => new() { Cells = [.. cells.Select(static cell => KeyValuePair.Create(Contributions.Key(), cell))] };

    private static Report ReportOf(params RollupCell[] cells) => ReportBuilder.Build(InputOf(cells));

    private static ReliabilityProjection Project(RollupCell cell, ReplayChanges changes) =>
        new WhatIfStudy(InputOf(cell), changes, new TraceAnalyzer(AnalysisOptions.Default)).ToReport().Reliability;

    private static string Json(Report report) => JsonSerializer.Serialize(report);

    private static void AssertSame(double? expected, double? actual) => Assert.Equal(expected!.Value, actual!.Value, Exact);

    private static void AssertUnbiased(double[] errors)
    {
        double mean = errors.Average();
        double deviation = Math.Sqrt(errors.Sum(error => (error - mean) * (error - mean)) / (errors.Length - 1));
        Assert.InRange(mean, -4 * deviation / Math.Sqrt(errors.Length), 4 * deviation / Math.Sqrt(errors.Length));
        Assert.True(deviation > 0);
    }
}
