using System.Runtime.CompilerServices;
using TraceGap.Otlp;

namespace TraceGap.Aggregation.Tests;

/// <summary>Cells of traces whose ids do not matter.</summary>
internal static class AnyTrace
{
    /// <summary>Adds a contribution of some trace.</summary>
    public static void Add(this RollupCell cell, TraceContribution trace) => cell.Add(IdOf(trace), trace);

    /// <summary>Takes one out that was added so.</summary>
    public static void Remove(this RollupCell cell, TraceContribution trace) => cell.Remove(IdOf(trace), trace);

    /// <summary>An id that is the same each time the same object is asked about.</summary>
    public static TraceId IdOf(TraceContribution trace) => new(1, (uint)RuntimeHelpers.GetHashCode(trace));
}
