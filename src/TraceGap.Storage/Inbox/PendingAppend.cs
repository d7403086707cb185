using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>A record on its way to the writer, and whom to tell.</summary>
internal sealed class PendingAppend(SpanBatch spans, long arrivalUnixNanos)
{
    /// <summary>Length of the record, bytes.</summary>
    public int Length => Head.Length + Body.Length;

    /// <summary>The record up to the spans; position and checksum are filled in when it is written.</summary>
    public byte[] Head { get; } = InboxFormat.RecordHead(arrivalUnixNanos);

    /// <summary>The rest of the record: the spans as they were encoded when they were decoded.</summary>
    public ReadOnlyMemory<byte> Body { get; } = spans.Bytes;

    // The writer must not run what waits for it.
    public TaskCompletionSource<AppendResult> Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
