namespace TraceGap.Server.Configuration;

/// <summary>Shares out the memory that the process may take, so that it stays below its ceiling whatever is sent.</summary>
/// <param name="Requests">Requests on their way in, as sent and decompressed, bytes.</param>
/// <param name="Waiting">Decoded spans that wait to be written or to be assembled, bytes each.</param>
/// <param name="InFlight">Spans of traces that are not complete, bytes; beyond it traces go to the store early.</param>
/// <param name="SpansPerTrace">Spans of one trace that are analysed together, number; those beyond are kept beside it.</param>
/// <param name="OpenTraces">Stored traces whose root is awaited, number; beyond it they are closed early.</param>
public sealed record MemoryPlan(long Requests, long Waiting, long InFlight, int SpansPerTrace, int OpenTraces)
{
    /// <summary>What the process takes without any load: runtime, code, caches of the database and of rollups.</summary>
    private const long AtRest = 160L << 20;

    // A request of spans without names or attributes grows threefold when it is decoded, and the collector needs as much again before it clears up.
    private const int RequestShare = 16;
    private const int WaitingShare = 8;
    private const int InFlightShare = 4;
    private const int TraceShare = 3;
    private const int BytesPerAnalysedSpan = 2000;
    private const int OpenTracesShare = 32;
    private const int BytesPerOpenTrace = 128;

    /// <summary>Requests of the largest size that must fit in at once: one, compressed and decompressed.</summary>
    private const int FormsOfARequest = 2;

    /// <summary>The least memory with which a request of the largest size can be taken, bytes.</summary>
    public static long Least(int maxRequestBytes) => AtRest + ((long)RequestShare / 2 * FormsOfARequest * maxRequestBytes);

    /// <summary>The memory to take if the user says nothing: half of what the machine or container has, between 1 and 4 GiB.</summary>
    public static long Default() => Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2, 1L << 30, 4L << 30);

    /// <summary>Shares out <paramref name="maxMemoryBytes"/>, at least <see cref="Least"/>.</summary>
    public static MemoryPlan Of(long maxMemoryBytes, int maxRequestBytes)
    {
        long free = maxMemoryBytes - AtRest;
        long requests = Math.Max(free / RequestShare, (long)FormsOfARequest * maxRequestBytes);
        int openTraces = (int)Math.Min(free / OpenTracesShare / BytesPerOpenTrace, int.MaxValue);
        int spansPerTrace = (int)Math.Min(free / TraceShare / BytesPerAnalysedSpan, int.MaxValue);
        return new MemoryPlan(requests, free / WaitingShare, free / InFlightShare, spansPerTrace, openTraces);
    }
}
