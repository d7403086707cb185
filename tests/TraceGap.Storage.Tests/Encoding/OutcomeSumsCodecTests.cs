using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage.Tests;

public sealed class OutcomeSumsCodecTests
{
    /// <summary>What is read back is the same table at every level that it may be raised to.</summary>
    [Fact]
    public void Levels_of_traces_come_back_as_they_were() => Property.Holds(static random =>
    {
        RollupCell expected = CellOf(random, 30);
        RollupCell read = new();
        Assert.Equal(CodecError.None, RollupCellCodec.DecodeInto(RollupCellCodec.Encode(expected), read));
        for (int level = 0; level < 8; level++)
        {
            expected.Outcomes.RaiseTo(level);
            read.Outcomes.RaiseTo(level);
            Same.Cells(expected, read);
        }
    });

    [Fact]
    public void A_cell_read_into_one_of_another_level_is_what_merging_makes_of_them() => Property.Holds(static random =>
    {
        RollupCell left = CellOf(random, 20);
        RollupCell right = CellOf(random, 20);
        left.Outcomes.RaiseTo(random.Next(3));
        right.Outcomes.RaiseTo(random.Next(3));
        RollupCell read = new();
        Assert.Equal(CodecError.None, RollupCellCodec.DecodeInto(RollupCellCodec.Encode(left), read));
        Assert.Equal(CodecError.None, RollupCellCodec.DecodeInto(RollupCellCodec.Encode(right), read));
        left.Merge(right);
        Same.Cells(left, read);
    });

    [Fact]
    public void A_stored_cell_of_100_000_traces_each_with_a_path_of_its_own_stays_small()
    {
        Random random = new(1);
        StepKey[] tools = [.. Enumerable.Range(0, 10).Select(static tool => new StepKey("tools", Layer.ToolCall, $"execute_tool {tool}"))];
        StoredCell cell = new(CellId.Of(CellSpan.Hour, 1, 1), PathBound.Default);
        int largest = 0;
        for (ulong trace = 1; trace <= 100_000; trace++)
        {
            StepKey[] path = [.. Enumerable.Range(0, 12).Select(_ => tools[random.Next(tools.Length)])];
            StepCount[] steps = [.. path.GroupBy(static key => key).OrderBy(static key => key.Key).Select(static key => new StepCount(key.Key, key.Count(), 0, 0, 0, key.Count(), 0))];
            OutcomeRecord outcome = new([.. path.Select(static key => new[] { key })], steps, TraceOutcome.Ok, false, false, false);
            cell.Add(new TraceId(7, trace), Make.Contribution(outcome: TraceOutcome.Ok).With(outcome), failure: null);
            Assert.InRange(cell.Cell.Outcomes.Count, 1, PathBound.Default.Stored);
            if (trace % 25_000 == 0)
            {
                largest = Math.Max(largest, RollupCellCodec.Encode(cell.Cell).Length);
            }
        }

        Assert.Equal(100_000, cell.Cell.Traces);
        Assert.InRange(largest, 1, 500_000);
    }

    private static RollupCell CellOf(RandomRecords random, int most)
    {
        RollupCell cell = new();
        for (int i = random.Next(most); i > 0; i--)
        {
            cell.Add(new TraceId(1, (ulong)random.Next(1000)), random.Contribution());
        }

        return cell;
    }
}
