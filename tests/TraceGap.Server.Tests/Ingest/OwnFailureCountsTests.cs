using TraceGap.Otlp;
using TraceGap.Server.Ingest;

namespace TraceGap.Server.Tests.Ingest;

public sealed class OwnFailureCountsTests
{
    private static readonly TraceId First = Trace(1);
    private static readonly TraceId Second = Trace(2);

    [Fact]
    public void Equal_failures_add_up_and_name_the_trace_that_came_last()
    {
        OwnFailureCounts counts = new();
        OwnFailureKey key = new("w", "inference", "timeout");
        counts.Add([new OwnFailure(key, First, 2)], 10);
        counts.Add([new OwnFailure(key, Second, 1)], 20);

        Assert.Equal([new OwnFailureSeries(key, 3, Second, 20)], counts.ToList());
    }

    [Fact]
    public void Beyond_a_thousand_series_the_rest_counts_as_other_and_known_ones_go_on()
    {
        OwnFailureCounts counts = new();
        counts.Add(Enumerable.Range(0, 1005).Select(number => new OwnFailure(new OwnFailureKey($"w{number}", "inference", "e"), First, 1)), 1);
        counts.Add([new OwnFailure(new OwnFailureKey("w0", "inference", "e"), First, 1)], 2);

        Assert.Equal(1001, counts.ToList().Count);
        Assert.Equal(2, counts.Find(new OwnFailureKey("w0", "inference", "e"))!.Count);
        Assert.Equal(5, counts.Find(new OwnFailureKey(OwnFailureCounts.Other, "inference", OwnFailureCounts.Other))!.Count);
    }

    private static TraceId Trace(byte last)
    {
        byte[] bytes = new byte[TraceId.Size];
        bytes[^1] = last;
        return TraceId.FromBytes(bytes);
    }
}
