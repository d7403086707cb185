using TraceGap.Server.Calls;

namespace TraceGap.Server.Tests.Calls;

public sealed class InFlightBudgetTests
{
    [Fact]
    public void Bytes_are_given_to_the_last_one_and_no_further()
    {
        InFlightBudget budget = new(10);

        Assert.True(budget.TryTake(4));
        Assert.True(budget.TryTake(6));
        Assert.False(budget.TryTake(1));
        Assert.True(budget.TryTake(0));
        budget.Return(1);
        Assert.True(budget.TryTake(1));
        Assert.Equal(10, budget.Taken);
    }

    [Fact]
    public void No_count_of_takers_at_once_gets_more_than_there_is()
    {
        InFlightBudget budget = new(1000);
        long most = 0;
        Parallel.For(0, 100_000, _ =>
        {
            if (budget.TryTake(300))
            {
                long taken = budget.Taken;
                InterlockedMax(ref most, taken);
                budget.Return(300);
            }
        });

        Assert.InRange(most, 300, 1000);
        Assert.Equal(0, budget.Taken);
    }

    [Fact]
    public void Giving_back_more_than_was_taken_is_a_defect()
    {
        InFlightBudget budget = new(10);
        Assert.True(budget.TryTake(5));

        Assert.Throws<InvalidOperationException>(() => budget.Return(6));
    }

    [Fact]
    public void Sizes_near_the_largest_number_do_not_overflow()
    {
        InFlightBudget budget = new(long.MaxValue);
        Assert.True(budget.TryTake(long.MaxValue));
        Assert.False(budget.TryTake(long.MaxValue));
    }

    private static void InterlockedMax(ref long target, long value)
    {
        long seen = Interlocked.Read(ref target);
        while (value > seen)
        {
            seen = Math.Max(seen, Interlocked.CompareExchange(ref target, value, seen));
            seen = Interlocked.Read(ref target);
        }
    }
}
