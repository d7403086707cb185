using System.Buffers;

namespace TraceGap.Otlp.Facts;

/// <summary>Tells aborts, timeouts, control flow and forced ends by the texts that runtimes and frameworks write. The texts themselves are not kept.</summary>
internal static class ErrorTexts
{
    // JavaScript, Python (asyncio and concurrent.futures), .NET, JVM; the clause is what fetch and the OpenAI clients say.
    private static readonly byte[][] Aborts =
    [
        .. Utf8Words("AbortError UserAbortError CancelledError CanceledError OperationCanceledException TaskCanceledException CancellationException"),
        [.. "was aborted"u8], [.. "context canceled"u8],
    ];

    // Lower case. Clients say "aborted due to timeout" and "canceled due to the configured Timeout": those are timeouts and not aborts.
    private static readonly byte[][] Timeouts =
        [[.. "timed out"u8], [.. "timedout"u8], [.. "timeout"u8], [.. "deadline exceeded"u8], [.. "deadline_exceeded"u8], [.. "deadlineexceeded"u8]];

    // LangGraph, PydanticAI and Temporal raise these to steer, not because something failed.
    private static readonly byte[][] ControlFlowTypes = Utf8Words(
        "GraphInterrupt NodeInterrupt GraphBubbleUp Command ParentCommand CallDeferred ApprovalRequired ContinueAsNew ContinueAsNewError ContinueAsNewException");

    // The same at the start of a line of text, as Python's repr and a JavaScript error print them.
    private static readonly byte[][] ControlFlowTexts =
        Utf8Words("Command( ParentCommand( GraphInterrupt( NodeInterrupt( GraphBubbleUp( GraphInterrupt: NodeInterrupt: CallDeferred( ApprovalRequired(");

    private static readonly byte[][] ForcedEnds = [[.. "Application shutdown"u8], [.. "Trace ended before span completion"u8]];

    /// <summary>What the type of an exception says.</summary>
    public static SpanFacts OfType(ReadOnlySpan<byte> type)
    {
        SpanFacts facts = AbortOrTimeout(type);
        ReadOnlySpan<byte> name = type[(type.LastIndexOfAny((byte)'.', (byte)':', (byte)'+') + 1)..];
        // An abandoned Python generator is closed by its consumer; the word also occurs in ordinary messages, so only the type counts.
        return facts | (IsOneOf(name, ControlFlowTypes) ? SpanFacts.ControlFlow : 0) | (name.SequenceEqual("GeneratorExit"u8) ? SpanFacts.Abort : 0);
    }

    /// <summary>What the message of an exception or of a status says, of which the first <paramref name="maxBytes"/> are read.</summary>
    public static SpanFacts OfText(ReadOnlySpan<byte> text, int maxBytes)
    {
        ReadOnlySpan<byte> head = WithoutStackTrace(text[..Math.Min(text.Length, maxBytes)]);
        return AbortOrTimeout(head)
            | (IsBareAbort(head) ? SpanFacts.Abort : 0)
            | (AnyLineStartsWith(head, ControlFlowTexts) ? SpanFacts.ControlFlow : 0)
            | (ContainsAny(head, ForcedEnds) ? SpanFacts.ForcedEnd : 0);
    }

    /// <summary>Timeouts are not aborts, whichever of type, message and status says so.</summary>
    public static SpanFacts Settle(SpanFacts facts) =>
        (facts & SpanFacts.Timeout) != 0 ? facts & ~SpanFacts.Abort : facts;

    private static SpanFacts AbortOrTimeout(ReadOnlySpan<byte> text) =>
        SaysTimeout(text) ? SpanFacts.Timeout : ContainsAny(text, Aborts) ? SpanFacts.Abort : SpanFacts.None;

    // LangGraph's error says no more than that, "Abort". Within a sentence the word proves nothing.
    private static bool IsBareAbort(ReadOnlySpan<byte> text)
    {
        int lineEnd = text.IndexOf((byte)'\n');
        return (lineEnd < 0 ? text : text[..lineEnd]).SequenceEqual("Abort"u8);
    }

    private static bool SaysTimeout(ReadOnlySpan<byte> text)
    {
        byte[] rented = ArrayPool<byte>.Shared.Rent(text.Length);
        Span<byte> lower = rented.AsSpan(0, text.Length);
        for (int index = 0; index < text.Length; index++)
        {
            byte next = text[index];
            lower[index] = next is >= (byte)'A' and <= (byte)'Z' ? (byte)(next | 0x20) : next;
        }

        bool found = ContainsAny(lower, Timeouts);
        ArrayPool<byte>.Shared.Return(rented);
        return found;
    }

    // Stack frames name functions such as listOnTimeout that say nothing about what went wrong.
    private static ReadOnlySpan<byte> WithoutStackTrace(ReadOnlySpan<byte> text)
    {
        for (int start = 0; text[start..].IndexOf((byte)'\n') is int index and >= 0;)
        {
            int lineEnd = start + index;
            ReadOnlySpan<byte> line = text[(lineEnd + 1)..].TrimStart((byte)' ').TrimStart((byte)'\t');
            if (line.StartsWith("at "u8) || line.StartsWith("File \""u8))
            {
                return text[..lineEnd];
            }

            start = lineEnd + 1;
        }

        return text;
    }

    private static bool AnyLineStartsWith(ReadOnlySpan<byte> text, byte[][] prefixes)
    {
        while (true)
        {
            foreach (byte[] prefix in prefixes)
            {
                if (text.StartsWith(prefix))
                {
                    return true;
                }
            }

            int index = text.IndexOf((byte)'\n');
            if (index < 0)
            {
                return false;
            }

            text = text[(index + 1)..];
        }
    }

    private static bool ContainsAny(ReadOnlySpan<byte> text, byte[][] parts)
    {
        foreach (byte[] part in parts)
        {
            if (text.IndexOf(part) >= 0)
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsOneOf(ReadOnlySpan<byte> text, byte[][] names)
    {
        foreach (byte[] name in names)
        {
            if (text.SequenceEqual(name))
            {
                return true;
            }
        }

        return false;
    }

    private static byte[][] Utf8Words(string words) => Array.ConvertAll(words.Split(' '), System.Text.Encoding.UTF8.GetBytes);
}
