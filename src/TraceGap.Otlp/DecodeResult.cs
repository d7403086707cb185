namespace TraceGap.Otlp;

/// <summary>What came out of one request: spans, what was rejected and why, and how much was cut. Immutable.</summary>
public sealed class DecodeResult
{
    /// <summary>
    /// The spans that were kept, in the order of the request; and what log records and evaluations say about spans elsewhere than on them, each as a span of kind
    /// <see cref="SpanKind.Signal"/>. Empty if <see cref="Malformed"/> is set.
    /// </summary>
    public SpanBatch Batch { get; init; } = SpanBatch.Empty;

    /// <summary>Spans that were rejected one by one; the rest of the request stands.</summary>
    public int RejectedSpans { get; init; }

    /// <summary>What became of the log records; all zero for a request of spans.</summary>
    public LogTally LogRecords { get; init; }

    /// <summary>Why the first span or log record was rejected: message, field, byte offset in the request, reason. Null if none was.</summary>
    public string? RejectReason { get; init; }

    /// <summary>Why nothing of the request could be kept: the framing above the spans is broken. Null if it is not.</summary>
    public string? Malformed { get; init; }

    /// <summary>Attributes of spans, scopes and resources that are not on the list of kept keys, or were one too many; content is counted apart.</summary>
    public long AttributesNotKept { get; init; }

    /// <summary>Attributes of spans, scopes, resources and events that hold content, which was read for facts and not kept.</summary>
    public long ContentDropped { get; init; }

    /// <summary>Kept names and values that were cut to their longest length.</summary>
    public long ValuesCapped { get; init; }

    /// <summary>Values that were cut because they nest too deep.</summary>
    public long ValuesTooDeep { get; init; }

    /// <summary>Kept names and values that were not UTF-8 and had the offending bytes replaced.</summary>
    public long InvalidTexts { get; init; }
}
