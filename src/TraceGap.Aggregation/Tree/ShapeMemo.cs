using System.Runtime.CompilerServices;
using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>
/// What follows from the keys of attribute sets alone, worked out once for each shape that recurs. One entry a slot, the newcomer wins. May be asked by several threads: whoever
/// comes in between only costs that something is worked out twice.
/// </summary>
/// <param name="make">Works it out; pure.</param>
internal sealed class ShapeMemo<T>(Func<AttributeShape, T> make)
{
    private const int Slots = 1024;

    private readonly Entry?[] _entries = new Entry?[Slots];

    /// <summary>What follows from a shape.</summary>
    public T Of(AttributeShape shape)
    {
        ref Entry? slot = ref _entries[RuntimeHelpers.GetHashCode(shape) & (Slots - 1)];
        Entry? entry = slot;
        if (entry is null || !ReferenceEquals(entry.Shape, shape))
        {
            slot = entry = new Entry(shape, make(shape));
        }

        return entry.Value;
    }

    private sealed class Entry(AttributeShape shape, T value)
    {
        public AttributeShape Shape { get; } = shape;

        public T Value { get; } = value;
    }
}
