using System.Buffers;
using System.IO.Pipelines;
using TraceGap.Server.Calls;

namespace TraceGap.Server.UnaryHttp;

/// <summary>Reads the body of a call, as it is sent. Every limit is judged, and every byte taken from the budget, before the bytes that it is about are read.</summary>
/// <param name="body">The request body.</param>
/// <param name="length">Bytes that it will have; null if it comes in chunks.</param>
/// <param name="limits">Limits and budget.</param>
/// <param name="stall">Is told of progress.</param>
internal sealed class HttpBodyReader(PipeReader body, long? length, CallLimits limits, StallGuard stall)
{
    /// <summary>Room for the beginning of a body that does not say its length, bytes: an ordinary batch of spans.</summary>
    private const int FirstRoom = 64 << 10;

    /// <summary>Reads to the end of the body.</summary>
    /// <returns>A body that the caller must dispose, or the reply to end the call with.</returns>
    public async ValueTask<(MessageBuffer? Body, HttpReply Refusal)> ReadAsync(CancellationToken cancellationToken)
    {
        if (length > limits.MaxMessageBytes)
        {
            return (null, HttpRefusals.TooLarge(length.Value, limits.MaxMessageBytes));
        }

        MessageBuffer? received = new(limits.Budget);
        try
        {
            if (await ReadToEndAsync(received, cancellationToken) is { } refusal)
            {
                return (null, refusal);
            }

            (MessageBuffer whole, received) = (received, null);
            return (whole, default);
        }
        finally
        {
            received?.Dispose();
        }
    }

    private async ValueTask<HttpReply?> ReadToEndAsync(MessageBuffer received, CancellationToken cancellationToken)
    {
        if (!received.TryReserve((int)(length ?? 0)))
        {
            return HttpRefusals.OverBudget(limits.RetryDelay);
        }

        while (true)
        {
            ReadResult read = await body.ReadAsync(cancellationToken);
            if (MakeRoom(received, read.Buffer.Length) is { } refusal)
            {
                body.AdvanceTo(read.Buffer.Start);
                return refusal;
            }

            foreach (ReadOnlyMemory<byte> piece in read.Buffer)
            {
                piece.CopyTo(received.Free);
                received.Advance(piece.Length);
            }

            body.AdvanceTo(read.Buffer.End);
            stall.Received(received.Length, received.Capacity);
            if (read.IsCompleted)
            {
                return null;
            }
        }
    }

    /// <summary>Room for <paramref name="bytes"/> bytes more. What says its length has it already; else it doubles, so that growing costs no more than reading.</summary>
    private HttpReply? MakeRoom(MessageBuffer received, long bytes)
    {
        long needed = received.Length + bytes;
        if (needed > limits.MaxMessageBytes)
        {
            return HttpRefusals.GrowsTooLarge(limits.MaxMessageBytes);
        }

        if (needed <= received.Capacity)
        {
            return null;
        }

        long room = Math.Min(limits.MaxMessageBytes, Math.Max(needed, Math.Max(FirstRoom, 2L * received.Capacity)));
        return received.TryReserve((int)room) ? null : HttpRefusals.OverBudget(limits.RetryDelay);
    }
}
