using Microsoft.Net.Http.Headers;
using TraceGap.Server.Calls;

namespace TraceGap.Server.UnaryHttp;

/// <summary>Serves the calls of one path: judge the headers, read the body, decompress it, ask the handler, answer. Stateless; one instance serves all calls.</summary>
internal sealed class UnaryHttpCall(UnaryHttpHandler handler, CallLimits limits, TimeProvider time, ILogger logger)
{
    /// <summary>Serves one call.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        if (!HttpRequestHead.TryRead(context.Request, out HttpRequestHead head, out HttpReply refusal))
        {
            Advertise(context.Response, refusal.HttpStatus);
            await HttpAnswer.RefuseAsync(context, head.Format, refusal);
            return;
        }

        KestrelLimits.Lift(context.Features);
        try
        {
            await AnswerAsync(context, head);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for an answer any more.
        }
    }

    private async Task AnswerAsync(HttpContext context, HttpRequestHead head)
    {
        (MessageBuffer? body, HttpReply refusal) = await ReadAsync(context, head);
        if (body is null)
        {
            await HttpAnswer.RefuseAsync(context, head.Format, refusal);
            return;
        }

        (MessageBuffer? message, HttpReply reply) = PayloadInflater.Inflate(body, head.Encoding, limits);
        if (message is not null)
        {
            using (message)
            {
                context.Features.Set(message.Sizes);
                reply = await AskAsync(context, head.Format, message.Memory);
            }
        }

        await HttpAnswer.WriteAsync(context.Response, head.Format, reply);
    }

    private async Task<(MessageBuffer? Body, HttpReply Refusal)> ReadAsync(HttpContext context, HttpRequestHead head)
    {
        using StallGuard stall = new(limits, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stall.Token);
        try
        {
            return await new HttpBodyReader(context.Request.BodyReader, head.Length, limits, stall).ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (stall.Token.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            return (null, HttpRefusals.Stalled(limits.StallTimeout));
        }
        catch (IOException exception) when (!context.RequestAborted.IsCancellationRequested)
        {
            return (null, HttpRefusals.BadRequest($"the request body is broken: {exception.Message}"));
        }
    }

    private async Task<HttpReply> AskAsync(HttpContext context, PayloadFormat format, ReadOnlyMemory<byte> message)
    {
        try
        {
            return await handler(message, format, context.RequestAborted);
        }
#pragma warning disable CA1031 // Whatever a handler throws ends its call, not the connection.
        catch (Exception exception) when (!context.RequestAborted.IsCancellationRequested)
#pragma warning restore CA1031
        {
            UnaryHttpLog.HandlerFailed(logger, context.Request.Path, exception);
            return HttpRefusals.UnexpectedError;
        }
    }

    private static void Advertise(HttpResponse response, int httpStatus)
    {
        if (httpStatus == StatusCodes.Status405MethodNotAllowed)
        {
            response.Headers.Allow = HttpMethods.Post;
        }
        else if (httpStatus == StatusCodes.Status415UnsupportedMediaType)
        {
            response.Headers[HeaderNames.Accept] = HttpRequestHead.AcceptedTypes;
            response.Headers[HeaderNames.AcceptEncoding] = HttpRequestHead.AcceptedEncodings;
        }
    }
}
