using TraceGap.Benchmarks.Figures;

namespace TraceGap.Benchmarks.Processes;

/// <summary>What a measured process says about itself.</summary>
/// <param name="Cost">Processor time and allocations so far.</param>
/// <param name="HeapBytes">Managed heap.</param>
/// <param name="ResidentBytes">Resident set.</param>
internal sealed record ProcessFigures(Cost Cost, long HeapBytes, long ResidentBytes)
{
    /// <summary>Of this process, now.</summary>
    public static ProcessFigures Read() => new(Cost.SoFar(), GC.GetTotalMemory(forceFullCollection: false), Environment.WorkingSet);

    /// <summary>Of this process, after everything that can be collected was collected.</summary>
    public static ProcessFigures ReadCollected()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return Read();
    }
}
