namespace TraceGap.Storage;

/// <summary>A record on its way to the writer: its bytes, with room for the header in front, and whom to tell. The writer gives the bytes back.</summary>
internal sealed class PendingAppend(ByteWriter record)
{
    public ByteWriter Record { get; } = record;

    // The writer must not run what waits for it.
    public TaskCompletionSource<AppendResult> Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
