using System.Diagnostics.Metrics;
using TraceGap.Otlp;

namespace TraceGap.Server.Otlp;

/// <summary>What OTLP requests were received and what was cut from them. Counted once a request, read when somebody asks. Thread-safe.</summary>
public sealed class OtlpMetrics
{
    private long _receivedSpans;
    private long _rejectedSpans;
    private long _signalRecords;
    private long _unrelatedRecords;
    private long _unattributedRecords;
    private long _evaluatorFailures;
    private long _rejectedRecords;
    private long _notListed;
    private long _content;
    private long _capped;
    private long _tooDeep;
    private long _invalidText;

    /// <summary>Makes the instruments.</summary>
    public OtlpMetrics(Meter meter)
    {
        meter.CreateObservableCounter(
            "tracegap.spans.received", () => Interlocked.Read(ref _receivedSpans), "{span}", "Spans in requests that could be read, whatever became of them; log records and evaluations that are kept as such are among them");
        meter.CreateObservableCounter(
            "tracegap.spans.rejected", () => Interlocked.Read(ref _rejectedSpans), "{span}", "Spans that were rejected one by one as broken (partial success)");
        meter.CreateObservableCounter("tracegap.log_records", ReadRecords, "{record}", "Log records in requests that could be read, by what became of them");
        meter.CreateObservableCounter("tracegap.attributes.cut", ReadCuts, "{value}", "What was cut from spans before they were stored");
    }

    /// <summary>Counts a decoded request.</summary>
    public void Decoded(DecodeResult request)
    {
        Interlocked.Add(ref _receivedSpans, request.Batch.Count + request.RejectedSpans);
        Add(ref _rejectedSpans, request.RejectedSpans);
        LogTally records = request.LogRecords;
        Add(ref _signalRecords, records.Signals);
        Add(ref _unrelatedRecords, records.Unrelated);
        Add(ref _unattributedRecords, records.Unattributed);
        Add(ref _evaluatorFailures, records.EvaluatorFailed);
        Add(ref _rejectedRecords, records.Rejected);
        Add(ref _notListed, request.AttributesNotKept);
        Add(ref _content, request.ContentDropped);
        Add(ref _capped, request.ValuesCapped);
        Add(ref _tooDeep, request.ValuesTooDeep);
        Add(ref _invalidText, request.InvalidTexts);
    }

    private Measurement<long>[] ReadRecords() =>
    [
        Measure("use", "signal", ref _signalRecords),
        Measure("use", "unrelated", ref _unrelatedRecords),
        Measure("use", "unattributed", ref _unattributedRecords),
        Measure("use", "evaluator_failed", ref _evaluatorFailures),
        Measure("use", "rejected", ref _rejectedRecords),
    ];

    private Measurement<long>[] ReadCuts() =>
    [
        Measure("kind", "not_listed", ref _notListed),
        Measure("kind", "content", ref _content),
        Measure("kind", "too_long", ref _capped),
        Measure("kind", "too_deep", ref _tooDeep),
        Measure("kind", "invalid_text", ref _invalidText),
    ];

    private static Measurement<long> Measure(string tag, string value, ref long count) => new(Interlocked.Read(ref count), new KeyValuePair<string, object?>(tag, value));

    private static void Add(ref long count, long more)
    {
        if (more > 0)
        {
            Interlocked.Add(ref count, more);
        }
    }
}
