using System.Buffers;

namespace TraceGap.Aggregation;

/// <summary>Sorts by start where the starts are numbers at hand, so that only what starts together is looked at for more.</summary>
internal static class StartOrder
{
    private const int FewItems = 12;

    /// <summary>Sorts items in place.</summary>
    /// <param name="items">What to sort.</param>
    /// <param name="startOf">Start of an item.</param>
    /// <param name="comparer">The whole order, which begins with the start.</param>
    public static void Sort<T>(Span<T> items, Func<T, long> startOf, Comparison<T> comparer)
    {
        if (IsSorted(items, comparer))
        {
            return;
        }

        if (items.Length <= FewItems)
        {
            items.Sort(comparer);
            return;
        }

        long[] starts = ArrayPool<long>.Shared.Rent(items.Length);
        for (int i = 0; i < items.Length; i++)
        {
            starts[i] = startOf(items[i]);
        }

        MemoryExtensions.Sort(starts.AsSpan(0, items.Length), items);
        SortTies(starts.AsSpan(0, items.Length), items, comparer);
        ArrayPool<long>.Shared.Return(starts);
    }

    private static bool IsSorted<T>(ReadOnlySpan<T> items, Comparison<T> comparer)
    {
        for (int i = 1; i < items.Length; i++)
        {
            if (comparer(items[i - 1], items[i]) > 0)
            {
                return false;
            }
        }

        return true;
    }

    private static void SortTies<T>(ReadOnlySpan<long> starts, Span<T> items, Comparison<T> comparer)
    {
        for (int first = 0; first < starts.Length;)
        {
            int next = first + 1;
            while (next < starts.Length && starts[next] == starts[first])
            {
                next++;
            }

            if (next - first > 1)
            {
                items[first..next].Sort(comparer);
            }

            first = next;
        }
    }
}
