using System.Diagnostics.Metrics;

namespace TraceGap.Server.Telemetry;

/// <summary>What of the runtime's own metrics an operator needs: CPU, memory and garbage collection.</summary>
internal static class RuntimeMetrics
{
    /// <summary>Name of the meter that the runtime has built in.</summary>
    public const string MeterName = "System.Runtime";

    private static readonly HashSet<string> Names =
    [
        "dotnet.process.cpu.time", "dotnet.process.memory.working_set",
        "dotnet.gc.collections", "dotnet.gc.heap.total_allocated", "dotnet.gc.last_collection.heap.size", "dotnet.gc.pause.time",
    ];

    /// <summary>True for an instrument of the runtime that is shown.</summary>
    public static bool Shows(Instrument instrument) => instrument.Meter.Name == MeterName && Names.Contains(instrument.Name);
}
