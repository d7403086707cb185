using System.Numerics;
using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>
/// How long a trace stays in the sample of paths: the leading zero bits of its <see cref="TraceHash"/>. Of all traces 2^−L have at least L of them, those with the smallest hashes: a uniform
/// sample, whatever the traces are like and in whatever order they come.
/// </summary>
public static class PathLevel
{
    /// <summary>The highest.</summary>
    public const int Highest = 31;

    /// <summary>The level of a trace.</summary>
    public static int Of(TraceId id) => Math.Min(Highest, BitOperations.LeadingZeroCount(TraceHash.Of(id)));

    /// <summary>Traces that one of a sample stands for.</summary>
    public static double ScaleOf(int level) => 1L << level;
}
