namespace TraceGap.Aggregation;

/// <summary>What a trace took and what it would have taken.</summary>
/// <param name="Weight">Sampling weight, fixed point 2^−16.</param>
/// <param name="BeforeNanos">End-to-end duration as recorded, ns.</param>
/// <param name="AfterNanos">The same replayed, ns.</param>
/// <param name="LayersBefore">Critical-path time by <see cref="Layer"/>, ns; adds up to <paramref name="BeforeNanos"/>.</param>
/// <param name="LayersAfter">The same replayed; adds up to <paramref name="AfterNanos"/>.</param>
public sealed record ReplayedTrace(long Weight, long BeforeNanos, long AfterNanos, long[] LayersBefore, long[] LayersAfter);
