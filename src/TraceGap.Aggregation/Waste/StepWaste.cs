namespace TraceGap.Aggregation;

/// <summary>Why work need not have been done. Numbers are stored on disk; never reuse one.</summary>
public enum WasteKind : byte
{
    /// <summary>The same step had been given the same input before in the trace, and had not failed.</summary>
    Repeated = 0,

    /// <summary>An attempt that a later one replaced, or a step inside such an attempt.</summary>
    ThrownAway = 1,
}

/// <summary>What redundant work is counted under.</summary>
/// <param name="Step">The step key.</param>
/// <param name="Kind">Why it is redundant.</param>
public readonly record struct WasteKey(StepKey Step, WasteKind Kind) : IComparable<WasteKey>
{
    /// <inheritdoc/>
    public int CompareTo(WasteKey other) => Step.CompareTo(other.Step) is not 0 and int byStep ? byStep : Kind.CompareTo(other.Kind);
}

/// <summary>Redundant work of one step key in a trace.</summary>
/// <param name="Key">Step and reason.</param>
/// <param name="Count">Repetitions, or attempts that were thrown away.</param>
/// <param name="Nanos">Sum of their durations, ns. That of a step contains that of the steps inside it, which are counted under their own keys.</param>
/// <param name="Input">Input tokens.</param>
/// <param name="Output">Output tokens.</param>
public readonly record struct StepWaste(WasteKey Key, int Count, long Nanos, long Input, long Output);
