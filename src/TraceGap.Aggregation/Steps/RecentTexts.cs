namespace TraceGap.Aggregation;

/// <summary>
/// Values that are worked out of one or two texts, kept while they recur. One entry a slot, the newcomer wins: bounded, and texts that never recur cost one comparison more.
/// One owner at a time.
/// </summary>
internal sealed class RecentTexts<T>(Func<string, string, T> make)
    where T : class
{
    private const int Slots = 1024;

    private (string First, string Second, T? Value)[] _slots = [];

    /// <summary>The value of two texts; equal texts mostly give the same object.</summary>
    public T Of(string first, string second)
    {
        if (_slots.Length == 0)
        {
            _slots = new (string, string, T?)[Slots];
        }

        ref (string First, string Second, T? Value) slot = ref _slots[(int)((HashOf(first) * 31) + HashOf(second)) & (Slots - 1)];
        if (slot.Value is null || slot.First != first || slot.Second != second)
        {
            slot = (first, second, make(first, second));
        }

        return slot.Value!;
    }

    // A hash that looks at everything would cost more than it saves. Texts that differ elsewhere only push each other out.
    private static uint HashOf(string text) =>
        text.Length < 4
            ? (uint)text.Length
            : (uint)((text.Length * 131) + (text[text.Length >> 1] * 31) + (text[text.Length >> 2] * 17) + (text[^2] * 7) + text[^1]) * 2654435769u >> 12;
}
