using FsCheck;
using FsCheck.Fluent;
using TraceGap.Otlp;

namespace TraceGap.Aggregation.Tests;

public class OutcomeSumsTests
{
    private const int Most = 20;

    private static readonly StepKey[] Keys =
        [new("agent", Layer.Inference, "chat"), new("agent", Layer.ToolCall, "search"), new("agent", Layer.ToolCall, "fetch"), new("agent", Layer.Assembly, "answer")];

    private readonly record struct Trace(TraceId Id, OutcomeRecord Record, OutcomeWeight Weight);

    [Fact]
    public void Half_of_all_traces_have_each_further_level()
    {
        const int Traces = 1 << 16;
        int[] levels = new int[PathLevel.Highest + 1];
        for (ulong id = 0; id < Traces; id++)
        {
            levels[PathLevel.Of(new TraceId(0, id))]++;
        }

        for (int level = 0; level < 6; level++)
        {
            double expected = Traces / Math.Pow(2, level + 1);
            Assert.InRange(levels[level], expected - (5 * Math.Sqrt(expected)), expected + (5 * Math.Sqrt(expected)));
        }
    }

    [Fact]
    public void A_table_keeps_the_records_of_the_traces_with_the_smallest_hashes_and_no_more_than_it_must_leave_out() => Check(static (traces, _) =>
    {
        OutcomeSums sums = SumOf(traces);
        sums.Thin(Most);
        Assert.InRange(sums.Count, 0, Most);
        Assert.Equal(Lines(traces.Where(trace => PathLevel.Of(trace.Id) >= sums.Level)), Lines(sums));
        if (sums.Level > 0)
        {
            Assert.True(traces.Where(trace => PathLevel.Of(trace.Id) >= sums.Level - 1).Select(static trace => trace.Record).Distinct().Count() > Most);
        }
    });

    [Fact]
    public void A_thinned_table_is_the_same_in_whatever_order_and_parts_its_traces_came() => Check(static (traces, random) =>
    {
        OutcomeSums expected = SumOf(traces);
        expected.Thin(Most);

        OutcomeSums whole = new();
        foreach (Trace[] part in Parts([.. traces], random))
        {
            OutcomeSums sums = SumOf(part, thinTo: 2 * Most);
            if (random.Next(2) == 0)
            {
                whole.Merge(sums);
            }
            else
            {
                sums.Merge(whole);
                whole = sums;
            }

            whole.Thin(2 * Most);
        }

        whole.Thin(Most);
        AssertSame(expected, whole);
    });

    [Fact]
    public void Traces_that_come_and_go_leave_nothing_behind() => Check(static (traces, random) =>
    {
        OutcomeSums sums = SumOf(traces, thinTo: 2 * Most);
        Trace[] gone = [.. traces];
        random.Shuffle(gone);
        foreach (Trace trace in gone)
        {
            sums.Add(trace.Record, PathLevel.Of(trace.Id), new OutcomeWeight(-trace.Weight.Count, -trace.Weight.Weight, -trace.Weight.WeightSquared));
        }

        Assert.Equal(0, sums.Traces);
        Assert.Equal(0, sums.Count);
        Assert.True(sums.Rest.IsEmpty);
        Assert.Empty(sums.Rest.Steps);
        Assert.All(sums.Rest.Layers.ToArray(), static squares => Assert.Equal(default, squares));
    });

    /// <summary>Up to as many distinct records as a report reads may go again.</summary>
    [Fact]
    public void What_a_report_reads_does_not_depend_on_traces_that_have_gone_again() => Check(static (traces, random) =>
    {
        Trace[] kept = [.. traces];
        Trace[] gone = [.. Enumerable.Range(0, Most).Select(_ => TraceOf(random))];
        OutcomeSums sums = SumOf([.. gone, .. kept], thinTo: 2 * Most);
        foreach (Trace trace in gone)
        {
            sums.Add(trace.Record, PathLevel.Of(trace.Id), new OutcomeWeight(-trace.Weight.Count, -trace.Weight.Weight, -trace.Weight.WeightSquared));
        }

        sums.Thin(Most);
        OutcomeSums expected = SumOf(kept);
        expected.Thin(Most);
        AssertSame(expected, sums);
    });

    [Fact]
    public void Hours_of_a_window_are_bounded_each_and_sampled_alike()
    {
        Random random = new(3);
        WindowSum window = new(new PathBound(Most));
        List<Trace> traces = [];
        for (int i = 0; i < 300; i++)
        {
            Trace trace = TraceOf(random);
            traces.Add(trace);
            window.OutcomesOf(random.Next(10) == 0 ? 1 : 0).Add(trace.Record, PathLevel.Of(trace.Id), trace.Weight);
        }

        OutcomeSums sums = window.Finish().Outcomes;
        Assert.InRange(sums.Level, 3, 5);
        Assert.Equal(300, sums.Traces);
        Assert.Equal(Lines(traces.Where(trace => PathLevel.Of(trace.Id) >= sums.Level)), Lines(sums));
    }

    private static void Check(Action<Trace[], Random> check) => Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
    {
        Random random = new(seed);
        check([.. Enumerable.Range(0, random.Next(200)).Select(_ => TraceOf(random))], random);
    }).QuickCheckThrowOnFailure();

    private static Trace TraceOf(Random random)
    {
        StepKey[] path = [.. Enumerable.Range(0, random.Next(6)).Select(_ => Keys[random.Next(Keys.Length)])];
        bool failed = path.Length > 0 && random.Next(4) == 0;
        StepCount[] steps =
        [
            .. path.GroupBy(static key => key).OrderBy(static key => key.Key).Select(key => new StepCount(
                key.Key, key.Count(), failed && key.Key == path[^1] ? 1 : 0, 0, 0, key.Count() + random.Next(2), failed && key.Key == path[^1] ? 1 : 0)),
        ];
        TraceOutcome outcome = failed ? TraceOutcome.Failed : random.Next(8) == 0 ? TraceOutcome.Unknown : TraceOutcome.Ok;
        Int128 weight = (Int128)(1 + random.Next(2)) << 16;
        return new Trace(
            new TraceId((ulong)random.NextInt64(), (ulong)random.NextInt64()),
            new OutcomeRecord([.. path.Select(static key => new[] { key })], steps, outcome, random.Next(2) == 0, failed, failed),
            new OutcomeWeight(1, weight, weight * weight));
    }

    private static IEnumerable<Trace[]> Parts(Trace[] traces, Random random)
    {
        random.Shuffle(traces);
        for (int at = 0; at < traces.Length;)
        {
            int length = Math.Min(traces.Length - at, 1 + random.Next(80));
            yield return traces[at..(at + length)];
            at += length;
        }
    }

    private static OutcomeSums SumOf(IEnumerable<Trace> traces, int thinTo = int.MaxValue)
    {
        OutcomeSums sums = new();
        foreach (Trace trace in traces)
        {
            sums.Add(trace.Record, PathLevel.Of(trace.Id), trace.Weight);
            sums.Thin(thinTo);
        }

        return sums;
    }

    private static void AssertSame(OutcomeSums expected, OutcomeSums actual)
    {
        Assert.Equal(expected.Level, actual.Level);
        Assert.Equal(Lines(expected), Lines(actual));
        Assert.Equal(expected.Rest.Classes.Select(static of => $"{of}").Order(), actual.Rest.Classes.Select(static of => $"{of}").Order());
        Assert.Equal(expected.Rest.Steps.Select(static step => $"{step}").Order(), actual.Rest.Steps.Select(static step => $"{step}").Order());
        Assert.Equal(expected.Rest.Layers.ToArray(), actual.Rest.Layers.ToArray());
    }

    private static string[] Lines(IEnumerable<Trace> traces) => Lines(SumOf(traces));

    private static string[] Lines(OutcomeSums sums) => [.. sums.Records.Select(static record => $"{Show(record.Key)} {record.Value}").Order(StringComparer.Ordinal)];

    private static string Show(OutcomeRecord record) =>
        $"{record.Outcome} {record.Inferred} {string.Join(' ', record.Path.Select(static position => string.Join('+', position)))} {string.Join(' ', record.Steps)}";
}
