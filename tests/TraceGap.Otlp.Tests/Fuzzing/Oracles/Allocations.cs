namespace TraceGap.Otlp.Tests.Fuzzing;

/// <summary>Counts what a piece of work allocates: unlike a clock, the same on any machine.</summary>
internal static class Allocations
{
    /// <summary>Does the work and fails if it allocates more than <paramref name="most"/> bytes; the second time, if the first made caches that stay.</summary>
    public static T Bound<T>(Func<T> work, long most)
    {
        T result = Count(work, out long allocated);
        if (allocated > most)
        {
            result = Count(work, out allocated);
        }

        Assert.True(allocated <= most, $"{allocated} bytes were allocated, {most} may be");
        return result;
    }

    private static T Count<T>(Func<T> work, out long allocated)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        T result = work();
        allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return result;
    }
}
