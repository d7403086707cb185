using TraceGap.Server.Calls;

namespace TraceGap.Server.UnaryHttp;

/// <summary>Makes the message of a body.</summary>
internal static class PayloadInflater
{
    /// <summary>Decompresses <paramref name="body"/>, if it is compressed, and takes it over.</summary>
    /// <returns>A message that the caller must dispose, or the reply to end the call with.</returns>
    public static (MessageBuffer? Message, HttpReply Refusal) Inflate(MessageBuffer body, PayloadEncoding encoding, CallLimits limits)
    {
        // A compressed body of no bytes is no gzip stream, yet some senders write an empty message so.
        if (encoding == PayloadEncoding.Identity || body.Length == 0)
        {
            return (body, default);
        }

        using (body)
        {
            MessageBuffer message = new(limits.Budget) { WireLength = body.Length };
            InflateOutcome outcome = encoding == PayloadEncoding.Gzip
                ? GzipInflater.Inflate(body, message, limits.MaxMessageBytes)
                : ZlibInflater.Inflate(body, message, limits.MaxMessageBytes);
            if (outcome == InflateOutcome.Inflated)
            {
                return (message, default);
            }

            message.Dispose();
            return (null, Refusal(outcome, limits));
        }
    }

    private static HttpReply Refusal(InflateOutcome outcome, CallLimits limits) => outcome switch
    {
        InflateOutcome.TooLarge => HttpRefusals.InflatesTooLarge(limits.MaxMessageBytes),
        InflateOutcome.OverBudget => HttpRefusals.OverBudget(limits.RetryDelay),
        _ => HttpRefusals.CorruptCompression,
    };
}
