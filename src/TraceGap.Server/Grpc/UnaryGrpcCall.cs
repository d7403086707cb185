using TraceGap.Server.Calls;

namespace TraceGap.Server.Grpc;

/// <summary>Serves the calls of one method: judge the headers, read the message, ask the handler, answer. Stateless; one instance serves all calls.</summary>
internal sealed class UnaryGrpcCall(UnaryGrpcHandler handler, CallLimits limits, TimeProvider time, ILogger logger)
{
    /// <summary>Serves one call.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        if (await GrpcGate.RefusesAsync(context))
        {
            return;
        }

        if (!GrpcRequestHead.TryRead(context.Request.Headers, out GrpcRequestHead head, out GrpcStatus refusal))
        {
            AdvertiseEncodings(context.Response, refusal);
            await GrpcResponse.WriteStatusAsync(context.Response, refusal);
            return;
        }

        KestrelLimits.Lift(context.Features);
        using CallDeadline deadline = new(head.Timeout, time, context.RequestAborted);
        GrpcReply? reply = await ReplyAsync(context, head, deadline);
        if (reply is { } answer)
        {
            await GrpcResponse.WriteAsync(context.Response, deadline.HasPassed ? GrpcReply.Failure(GrpcStatuses.DeadlineExceeded) : answer);
        }
    }

    // null: nobody waits for an answer any more.
    private async Task<GrpcReply?> ReplyAsync(HttpContext context, GrpcRequestHead head, CallDeadline deadline)
    {
        try
        {
            (MessageBuffer? message, GrpcStatus status) = await ReadAsync(context.Request, head, deadline.Token);
            if (message is null)
            {
                return GrpcReply.Failure(status);
            }

            using (message)
            {
                context.Features.Set(message.Sizes);
                return await handler(message.Memory, deadline.Token);
            }
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            return null;
        }
        catch (OperationCanceledException) when (deadline.HasPassed)
        {
            return GrpcReply.Failure(GrpcStatuses.DeadlineExceeded);
        }
#pragma warning disable CA1031 // Whatever a handler throws ends its call, not the connection.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            GrpcLog.HandlerFailed(logger, context.Request.Path, exception);
            return GrpcReply.Failure(GrpcStatuses.UnexpectedError);
        }
    }

    private async Task<(MessageBuffer? Message, GrpcStatus Status)> ReadAsync(HttpRequest request, GrpcRequestHead head, CancellationToken callToken)
    {
        using StallGuard stall = new(limits, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(callToken, stall.Token);
        try
        {
            return await new GrpcMessageReader(request.BodyReader, head.Encoding, limits, stall).ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (stall.Token.IsCancellationRequested && !callToken.IsCancellationRequested)
        {
            return (null, GrpcStatuses.Stalled(limits.StallTimeout));
        }
        catch (IOException) when (!callToken.IsCancellationRequested)
        {
            return (null, GrpcStatuses.BrokenBody);
        }
    }

    private static void AdvertiseEncodings(HttpResponse response, GrpcStatus refusal)
    {
        if (refusal.Code == GrpcStatusCode.Unimplemented)
        {
            response.Headers[GrpcHeaders.AcceptEncoding] = GrpcRequestHead.AcceptedEncodings;
        }
    }
}
