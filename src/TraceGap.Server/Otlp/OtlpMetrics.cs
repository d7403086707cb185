using System.Diagnostics.Metrics;
using TraceGap.Otlp;

namespace TraceGap.Server.Otlp;

/// <summary>What OTLP requests were received and what was cut from them. Counted once a request, read when somebody asks. Thread-safe.</summary>
public sealed class OtlpMetrics
{
    private long _receivedSpans;
    private long _rejectedSpans;
    private long _notListed;
    private long _content;
    private long _capped;
    private long _tooDeep;
    private long _invalidText;

    /// <summary>Makes the instruments.</summary>
    public OtlpMetrics(Meter meter)
    {
        meter.CreateObservableCounter(
            "tracegap.spans.received", () => Interlocked.Read(ref _receivedSpans), "{span}", "Spans in requests that could be read, whatever became of them");
        meter.CreateObservableCounter(
            "tracegap.spans.rejected", () => Interlocked.Read(ref _rejectedSpans), "{span}", "Spans that were rejected one by one as broken (partial success)");
        meter.CreateObservableCounter("tracegap.attributes.cut", ReadCuts, "{value}", "What was cut from spans before they were stored");
    }

    /// <summary>Counts a decoded request.</summary>
    public void Decoded(DecodeResult request)
    {
        Interlocked.Add(ref _receivedSpans, request.Batch.Count + request.RejectedSpans);
        Add(ref _rejectedSpans, request.RejectedSpans);
        Add(ref _notListed, request.AttributesNotKept);
        Add(ref _content, request.ContentDropped);
        Add(ref _capped, request.ValuesCapped);
        Add(ref _tooDeep, request.ValuesTooDeep);
        Add(ref _invalidText, request.InvalidTexts);
    }

    private Measurement<long>[] ReadCuts() =>
    [
        Measure("not_listed", ref _notListed),
        Measure("content", ref _content),
        Measure("too_long", ref _capped),
        Measure("too_deep", ref _tooDeep),
        Measure("invalid_text", ref _invalidText),
    ];

    private static Measurement<long> Measure(string kind, ref long count) => new(Interlocked.Read(ref count), new KeyValuePair<string, object?>("kind", kind));

    private static void Add(ref long count, long more)
    {
        if (more > 0)
        {
            Interlocked.Add(ref count, more);
        }
    }
}
