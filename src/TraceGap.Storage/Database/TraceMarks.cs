using System.Numerics;
using TraceGap.Aggregation;

namespace TraceGap.Storage;

/// <summary>
/// What the traces of a block have between them, in one number: outcomes (5 bits), layers of failures (8), keys by number modulo 32, magnitude of the longest duration (6). A list passes over
/// blocks that cannot have what it looks for without unpacking them.
/// </summary>
internal readonly record struct TraceMarks(long Bits)
{
    private const int LayerShift = 5;
    private const int KeyShift = LayerShift + 8;
    private const int DurationShift = KeyShift + 32;
    private const long Sets = (1L << DurationShift) - 1;

    public static TraceMarks Of(long key, TraceOutcome outcome, Layer? failureLayer, long durationNanos) => new(
        (1L << (int)outcome)
        | (failureLayer is Layer layer ? 1L << (LayerShift + (int)layer) : 0)
        | (1L << (KeyShift + (int)(key & 31)))
        | ((long)MagnitudeOf(durationNanos) << DurationShift));

    /// <summary>The marks of both.</summary>
    public static TraceMarks operator |(TraceMarks left, TraceMarks right) =>
        new(((left.Bits | right.Bits) & Sets) | Math.Max(left.Bits & ~Sets, right.Bits & ~Sets));

    public bool MayHave(TraceOutcome outcome) => (Bits >> (int)outcome & 1) != 0;

    public bool MayHaveFailureIn(Layer layer) => (Bits >> (LayerShift + (int)layer) & 1) != 0;

    public bool MayHaveKey(long key) => (Bits >> (KeyShift + (int)(key & 31)) & 1) != 0;

    public bool MayLast(long durationNanos) => Bits >> DurationShift >= MagnitudeOf(durationNanos);

    private static int MagnitudeOf(long durationNanos) => durationNanos <= 0 ? 0 : BitOperations.Log2((ulong)durationNanos) + 1;
}
