using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>An exception of a span that only a log record tells.</summary>
/// <param name="Facts">What is known of it.</param>
/// <param name="Type">Its type, or null.</param>
/// <param name="IsOfModelCall">Whether the instrumentation of a model call tells it, which does so at WARN whatever came of the call.</param>
internal readonly record struct LoggedException(SpanFacts Facts, string? Type, bool IsOfModelCall)
{
    private const string ModelCallEvent = "gen_ai.client.operation.exception";

    /// <summary>Of a signal that tells an exception.</summary>
    public static LoggedException Of(SpanRecord signal) => new(signal.Facts, signal.ExceptionType, signal.Name == ModelCallEvent);

    /// <summary>Whether it is told as an error, and is none that steers.</summary>
    public bool IsGrave => (Facts & (SpanFacts.EscapedException | SpanFacts.LoggedAsError)) != 0 && (Facts & SpanFacts.ControlFlow) == 0;
}

/// <summary>The exceptions of a trace that only log records tell, by span.</summary>
internal static class LoggedExceptions
{
    /// <summary>Of several of a span the last grave one counts, else the last. Null if there are none.</summary>
    public static Dictionary<int, LoggedException>? Of(SpanTree tree)
    {
        Dictionary<int, LoggedException>? bySpan = null;
        foreach (SpanRecord signal in tree.Signals)
        {
            if ((signal.Facts & SpanFacts.ExceptionEvent) == 0 || tree.Positions.Find(signal.ParentSpanId) is not (>= 0 and int span))
            {
                continue;
            }

            LoggedException exception = LoggedException.Of(signal);
            bySpan ??= [];
            if (!bySpan.TryGetValue(span, out LoggedException earlier) || exception.IsGrave || !earlier.IsGrave)
            {
                bySpan[span] = exception;
            }
        }

        return bySpan;
    }
}
