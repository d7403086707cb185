using System.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace TraceGap.Aggregation.Tests;

public class RollupPropertiesTests
{
    private static readonly Arbitrary<long> Nanos =
        Gen.OneOf(
            from bits in Gen.Choose(1, 62)
            from fraction in Gen.Choose(0, int.MaxValue)
            select (1L << bits) + (long)((1L << bits) * (fraction / (double)int.MaxValue) * 0.999),
            Gen.Choose(0, 300).Select(static it => (long)it),
            Gen.Elements(long.MaxValue, long.MaxValue - 1, 1L << 62)).ToArbitrary();

    [Fact]
    public void A_bin_holds_the_values_between_its_exact_bounds() =>
        Prop.ForAll(Nanos, static nanos =>
        {
            int bin = LatencyBins.Of(nanos);
            if (nanos == 0)
            {
                return bin == LatencyBins.Zero;
            }

            // 2^(bin/32) < nanos ≤ 2^((bin+1)/32), raised to the 32nd power; bins below 1 ns do not occur but for bin −1, which ends at 1.
            BigInteger power = BigInteger.Pow(nanos, 32);
            bool above = bin < 0 || BigInteger.One << bin < power;
            return bin >= -1 && above && power <= BigInteger.One << (bin + 1);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    [Fact]
    public void Powers_of_two_are_the_upper_bounds_of_their_bins()
    {
        for (int exponent = 0; exponent < 63; exponent++)
        {
            Assert.Equal((exponent * 32) - 1, LatencyBins.Of(1L << exponent));
        }

        for (int exponent = 6; exponent < 63; exponent++)
        {
            Assert.Equal(exponent * 32, LatencyBins.Of((1L << exponent) + 1));
        }
    }

    [Fact]
    public void Negative_durations_count_as_zero() => Assert.Equal(LatencyBins.Zero, LatencyBins.Of(-5));

    [Fact]
    public void A_quantile_is_the_middle_of_the_bin_of_the_exact_quantile()
    {
        Gen<(long[] Values, int Percent)> cases = from values in Gen.NonEmptyListOf(Nanos.Generator) from percent in Gen.Elements(1, 50, 90, 95, 99, 100) select (values.ToArray(), percent);
        Prop.ForAll(cases.ToArbitrary(), static it =>
        {
            LatencyHistogram histogram = HistogramOf(it.Values);
            long[] sorted = [.. it.Values.Order()];
            int rank = ((sorted.Length * it.Percent) + 99) / 100;
            return histogram.Percentile(it.Percent) == LatencyBins.Middle(LatencyBins.Of(sorted[rank - 1]))
                && histogram.Mean() == (double)sorted.Aggregate(Int128.Zero, static (sum, value) => sum + value) / sorted.Length;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_histogram_forgets_what_is_taken_out_and_merges_to_the_sum()
    {
        Prop.ForAll(Nanos.Generator.ListOf().ToArbitrary(), Nanos.Generator.ListOf().ToArbitrary(), static (left, right) =>
        {
            LatencyHistogram merged = HistogramOf(left);
            merged.Merge(HistogramOf(right));
            LatencyHistogram both = HistogramOf([.. left, .. right]);
            bool isSum = Same(both, merged);
            foreach (long nanos in right)
            {
                both.Add(nanos, -1);
            }

            return isSum && Same(HistogramOf(left), both);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_histogram_without_values_has_no_figures()
    {
        Assert.Null(new LatencyHistogram().Percentile(50));
        Assert.Null(new LatencyHistogram().Mean());
    }

    [Fact]
    public void A_cell_is_empty_after_everything_was_taken_out_in_any_order()
    {
        Prop.ForAll(Contributions, Gen.Choose(0, int.MaxValue).ToArbitrary(), static (contributions, seed) =>
        {
            RollupCell cell = CellOf(contributions);
            TraceContribution[] shuffled = [.. contributions];
            new Random(seed).Shuffle(shuffled);
            foreach (TraceContribution contribution in shuffled)
            {
                cell.Remove(contribution);
            }

            Assert.Equal(Figures(new RollupCell()), Figures(cell));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Merged_cells_are_the_cell_of_all_and_order_does_not_matter()
    {
        Prop.ForAll(Contributions, Contributions, static (left, right) =>
        {
            RollupCell merged = CellOf(left);
            merged.Merge(CellOf(right));
            Assert.Equal(Figures(CellOf([.. right.Reverse(), .. left])), Figures(merged));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Taking_one_out_leaves_the_cell_of_the_others()
    {
        Prop.ForAll(Contributions, Contributions, static (kept, gone) =>
        {
            RollupCell cell = CellOf([.. kept, .. gone]);
            foreach (TraceContribution contribution in gone)
            {
                cell.Remove(contribution);
            }

            Assert.Equal(Figures(CellOf(kept)), Figures(cell));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void The_traces_of_these_properties_have_groups_waste_and_calls()
    {
        TraceContribution[] drawn = [.. Contributions.Generator.Sample(200, 100).SelectMany(static it => it)];
        Assert.Contains(drawn, static trace => trace.Serial.Length > 0);
        Assert.Contains(drawn, static trace => trace.Waste.Any(static waste => waste.Key.Kind == WasteKind.Repeated));
        Assert.Contains(drawn, static trace => trace.Waste.Any(static waste => waste.Key.Kind == WasteKind.ThrownAway));
        Assert.Contains(drawn, static trace => trace.Models.Length > 1);
    }

    [Fact]
    public void Sums_per_layer_and_kind_over_the_bins_are_the_sums_over_the_traces_and_tile_the_durations()
    {
        Prop.ForAll(Contributions, static contributions =>
        {
            RollupCell cell = CellOf(contributions);
            Int128[] overBins = new Int128[TraceContribution.PathTimeCount];
            Int128[] overTraces = new Int128[TraceContribution.PathTimeCount];
            for (int i = 0; i < overBins.Length; i++)
            {
                overBins[i] = cell.Durations.Values.Aggregate(Int128.Zero, (sum, bin) => sum + bin.PathTimes[i]);
                overTraces[i] = contributions.Aggregate(Int128.Zero, (sum, trace) => sum + trace.PathTimes[i]);
            }

            Assert.Equal(overTraces, overBins);
            Assert.All(cell.Durations.Values, static bin => Assert.Equal(bin.SumNanos, bin.PathTimes.Aggregate(Int128.Zero, static (sum, nanos) => sum + nanos)));
            for (int layer = 0; layer < LayerNames.Count; layer++)
            {
                Int128 inLayer = overBins.AsSpan(layer * 4, 4).ToArray().Aggregate(Int128.Zero, static (sum, nanos) => sum + nanos);
                Assert.Equal(inLayer, cell.LayerCritical[layer].SumNanos);
            }
        }).QuickCheckThrowOnFailure();
    }

    private static Arbitrary<TraceContribution[]> Contributions { get; } = Gen.ArrayOf(
        from outcome in Gen.Choose(0, 4)
        from length in Gen.Choose(1, 1000)
        from revised in Gen.Choose(0, 1)
        from steps in Gen.ArrayOf(
            from operation in Gen.Elements("plan", "search", "answer")
            from layer in Gen.Choose(0, 6)
            from verdict in Gen.Choose(0, 4)
            from own in Gen.Choose(0, 1)
            from tokens in Gen.Choose(0, 100)
            from input in Gen.Choose(0, 2)
            select (operation, layer, verdict, own, tokens, input))
        select Make((TraceOutcome)outcome, length * 1_000L, revised == 1, steps)).ToArbitrary();

    private static TraceContribution Make(TraceOutcome outcome, long length, bool revised, (string Operation, int Layer, int Verdict, int Own, int Tokens, int Input)[] steps)
    {
        FindingsSketch sketch = new()
        {
            Outcome = outcome,
            End = length,
            Failure = outcome == TraceOutcome.Failed ? new TraceFailure(-1, null, null, "lost", "") : null,
            Task = length % 3 == 0 ? null : (ulong)length % 7,
        };
        sketch.Step("root", 0, length, layer: Layer.Ingress);
        long start = 0;
        foreach ((string operation, int layer, int verdict, int own, int tokens, int input) in steps)
        {
            long end = start + ((length - start) / 3);
            sketch.Step(operation, start, end, 0, (Layer)layer, (Verdict)verdict, own == 1, error: "E" + own, input: tokens, output: own, model: "m" + input, inputHash: (uint)input,
                thrownAway: input == 1 ? [new ModelCall("other", new TokenSums(tokens, own, 1, 0), null)] : null,
                earlier: input == 1 ? [Verdict.Failed] : []);
            if (start < end)
            {
                sketch.Segment(sketch.Findings().Steps.Count - 1, (SegmentKind)(verdict % 4), start, end);
            }

            start = end;
        }

        return sketch.Segment(0, SegmentKind.Compute, start, length).Contribution(revised);
    }

    private static LatencyHistogram HistogramOf(IEnumerable<long> values)
    {
        LatencyHistogram histogram = new();
        foreach (long nanos in values)
        {
            histogram.Add(nanos, 1);
        }

        return histogram;
    }

    private static bool Same(LatencyHistogram left, LatencyHistogram right) => Figures(left) == Figures(right);

    private static RollupCell CellOf(TraceContribution[] contributions)
    {
        RollupCell cell = new();
        foreach (TraceContribution contribution in contributions)
        {
            cell.Add(contribution);
        }

        return cell;
    }

    private static string Figures(LatencyHistogram histogram) => $"{histogram.Count} {histogram.SumNanos} [{string.Join(' ', histogram.Counts.Select(static it => $"{it.Key}:{it.Value}"))}]";

    /// <summary>All that a cell says, in one order.</summary>
    private static string Figures(RollupCell cell) => string.Join('\n',
    [
        $"{cell.Traces} {cell.Spans} {cell.Revised} {cell.CoveredNanos}",
        .. cell.Outcomes.Records.Select(static it => $"{Show(it.Key)} {it.Value}").Order(StringComparer.Ordinal),
        .. cell.Durations.Select(static it => $"{it.Key} {it.Value.Count} {it.Value.SumNanos} {string.Join(' ', it.Value.PathTimes)}"),
        .. cell.LayerCritical.Select(Figures),
        .. cell.Steps.OrderBy(static it => it.Key).Select(static it =>
            $"{it.Key} {Figures(it.Value.Durations)} {string.Join(' ', it.Value.Critical.Select(static kind => string.Join(',', kind.Bins)))} {string.Join(' ', it.Value.Errors)}"),
        string.Join(',', cell.Tasks.Held),
        .. cell.Work.Serial.Select(static it => $"{it.Key} {it.Value}").Order(StringComparer.Ordinal),
        .. cell.Work.Waste.OrderBy(static it => it.Key).Select(static it => $"{it.Key} {it.Value}"),
        .. cell.Work.Models.OrderBy(static it => it.Key).Select(static it =>
            $"{it.Key} {it.Value.Calls} {it.Value.Tokens} {it.Value.ThrownAway} {it.Value.Repeated} {it.Value.Failed} {it.Value.OutputNanos} {Figures(it.Value.FirstToken)}"),
        .. cell.Failures.Select(static it => $"{it.Key} {it.Value}").Order(StringComparer.Ordinal),
    ]);

    private static string Show(OutcomeRecord record) =>
        $"{record.Outcome} {record.HasUnrecovered} {record.LastFailed} {string.Join(' ', record.Path.Select(static position => string.Join('+', position)))} {string.Join(' ', record.Steps)}";
}
