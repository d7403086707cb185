using FsCheck;
using FsCheck.Fluent;

namespace TraceGap.Aggregation.Tests;

public class StartOrderTests
{
    [Fact]
    public void Sorting_by_start_and_then_by_the_rest_is_sorting_by_the_whole_order()
    {
        Prop.ForAll(Gen.ArrayOf(Gen.Choose(0, 200)).ToArbitrary(), static numbers =>
        {
            (long Start, int Tie)[] items = [.. numbers.Select(static (number, index) => ((long)(number / 10), (number * 7) + index))];
            (long Start, int Tie)[] sorted = [.. items];

            StartOrder.Sort(sorted.AsSpan(), static item => item.Start, static (left, right) => left.CompareTo(right));

            Assert.Equal(items.Order(), sorted);
        }).QuickCheckThrowOnFailure();
    }
}
