using System.Diagnostics;
using OpenTelemetry;

namespace TraceGap.DotNetAgent;

/// <summary>Counts what is sent, so that a reader knows when all has come.</summary>
internal sealed class SpanCount : BaseProcessor<Activity>
{
    private int _count;

    public int Count => _count;

    public override void OnEnd(Activity data) => Interlocked.Increment(ref _count);
}
