using System.Buffers;
using System.IO.Pipelines;
using TraceGap.Server.Calls;

namespace TraceGap.Server.Grpc;

/// <summary>Reads the one message of a unary call. Every limit is judged before the bytes that it is about are read.</summary>
/// <param name="body">The request body.</param>
/// <param name="encoding">Compression of flagged messages.</param>
/// <param name="limits">Limits and budget.</param>
/// <param name="stall">Is told of progress.</param>
internal sealed class GrpcMessageReader(PipeReader body, GrpcEncoding encoding, CallLimits limits, StallGuard stall)
{
    /// <summary>Reads to the end of the body.</summary>
    /// <returns>A decompressed message that the caller must dispose, or the status to end the call with.</returns>
    public async ValueTask<(MessageBuffer? Message, GrpcStatus Status)> ReadAsync(CancellationToken cancellationToken)
    {
        (GrpcFrame frame, GrpcStatus status) = await ReadPrefixAsync(cancellationToken);
        if (status.Code != GrpcStatusCode.Ok)
        {
            return (null, status);
        }

        MessageBuffer? message = new(limits.Budget);
        try
        {
            status = await ReadMessageAsync(message, (int)frame.Length, cancellationToken);
            if (status.Code != GrpcStatusCode.Ok)
            {
                return (null, status);
            }

            // A compressed message of no bytes is no gzip stream, yet some senders write an empty message so.
            if (frame is { IsCompressed: true, Length: > 0 })
            {
                return Inflate(message);
            }

            (MessageBuffer whole, message) = (message, null);
            return (whole, GrpcStatus.Ok);
        }
        finally
        {
            message?.Dispose();
        }
    }

    private async ValueTask<(GrpcFrame Frame, GrpcStatus Status)> ReadPrefixAsync(CancellationToken cancellationToken)
    {
        ReadResult read = await body.ReadAtLeastAsync(GrpcFrame.PrefixSize, cancellationToken);
        ReadOnlySequence<byte> received = read.Buffer;
        if (received.Length < GrpcFrame.PrefixSize)
        {
            return (default, received.IsEmpty ? GrpcStatuses.NoMessage : GrpcStatuses.CutFrame(GrpcFrame.PrefixSize, received.Length));
        }

        GrpcFrame frame = ParsePrefix(received.Slice(0, GrpcFrame.PrefixSize));
        body.AdvanceTo(received.GetPosition(GrpcFrame.PrefixSize));
        return (frame, Judge(frame));
    }

    private static GrpcFrame ParsePrefix(ReadOnlySequence<byte> prefix)
    {
        Span<byte> bytes = stackalloc byte[GrpcFrame.PrefixSize];
        prefix.CopyTo(bytes);
        return GrpcFrame.Read(bytes);
    }

    private GrpcStatus Judge(GrpcFrame frame)
    {
        if (frame.Flag > 1)
        {
            return GrpcStatuses.UnknownFlag(frame.Flag);
        }

        if (frame.IsCompressed && encoding == GrpcEncoding.Identity)
        {
            return GrpcStatuses.FlagWithoutEncoding;
        }

        return frame.Length > limits.MaxMessageBytes ? GrpcStatuses.TooLarge(frame.Length, limits.MaxMessageBytes) : GrpcStatus.Ok;
    }

    private async ValueTask<GrpcStatus> ReadMessageAsync(MessageBuffer message, int length, CancellationToken cancellationToken)
    {
        if (!message.TryReserve(length))
        {
            return GrpcStatuses.OverBudget(limits.RetryDelay);
        }

        while (message.Length < length)
        {
            ReadResult read = await body.ReadAsync(cancellationToken);
            Take(read.Buffer, message);
            if (message.Length < length && read.IsCompleted)
            {
                return GrpcStatuses.CutFrame(length, message.Length);
            }
        }

        return await ReadEndAsync(cancellationToken);
    }

    private void Take(ReadOnlySequence<byte> received, MessageBuffer message)
    {
        ReadOnlySequence<byte> wanted = received.Slice(0, Math.Min(received.Length, message.Free.Length));
        wanted.CopyTo(message.Free.Span);
        message.Advance((int)wanted.Length);
        body.AdvanceTo(wanted.End);
        stall.Received(message.Length, message.Capacity);
    }

    private async ValueTask<GrpcStatus> ReadEndAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult read = await body.ReadAsync(cancellationToken);
            body.AdvanceTo(read.Buffer.Start);
            if (!read.Buffer.IsEmpty)
            {
                return GrpcStatuses.SecondMessage;
            }

            if (read.IsCompleted)
            {
                return GrpcStatus.Ok;
            }
        }
    }

    private (MessageBuffer? Message, GrpcStatus Status) Inflate(MessageBuffer compressed)
    {
        MessageBuffer inflated = new(limits.Budget) { WireLength = compressed.Length };
        InflateOutcome outcome = GzipInflater.Inflate(compressed, inflated, limits.MaxMessageBytes);
        if (outcome == InflateOutcome.Inflated)
        {
            return (inflated, GrpcStatus.Ok);
        }

        inflated.Dispose();
        return (null, outcome switch
        {
            InflateOutcome.TooLarge => GrpcStatuses.InflatesTooLarge(limits.MaxMessageBytes),
            InflateOutcome.OverBudget => GrpcStatuses.OverBudget(limits.RetryDelay),
            _ => GrpcStatuses.CorruptCompression,
        });
    }
}
