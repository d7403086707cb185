namespace TraceGap.Benchmarks.Figures;

/// <summary>What some work cost the process: processor time of all threads, user and system, and bytes allocated on the managed heap.</summary>
/// <param name="CpuMicros">Processor time, µs.</param>
/// <param name="AllocatedBytes">Bytes.</param>
internal readonly record struct Cost(double CpuMicros, double AllocatedBytes)
{
    /// <summary>What this process has cost so far.</summary>
    public static Cost SoFar() => new(Environment.CpuUsage.TotalTime.TotalMicroseconds, GC.GetTotalAllocatedBytes(precise: true));

    public Cost Per(double count) => new(CpuMicros / count, AllocatedBytes / count);

    public static Cost operator -(Cost left, Cost right) => new(left.CpuMicros - right.CpuMicros, left.AllocatedBytes - right.AllocatedBytes);

    public static Cost operator *(Cost cost, double factor) => new(cost.CpuMicros * factor, cost.AllocatedBytes * factor);
}
