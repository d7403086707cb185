namespace TraceGap.Aggregation;

/// <summary>How one span went, by what it says of itself.</summary>
/// <param name="Verdict">The verdict.</param>
/// <param name="Signal">What decided it, in the convention's words; empty for ok.</param>
/// <param name="ErrorType">The error type of a failure, empty where nothing names it.</param>
/// <param name="IsAbort">True if it failed because it was aborted: by its user, or because something beside it failed.</param>
internal readonly record struct SpanVerdict(Verdict Verdict, string Signal, string ErrorType, bool IsAbort)
{
    public static SpanVerdict Ok { get; } = new(Verdict.Ok, "", "", IsAbort: false);

    public static SpanVerdict Failed(string signal, string errorType, bool isAbort = false) => new(Verdict.Failed, signal, errorType, isAbort);

    public static SpanVerdict Degraded(string signal) => new(Verdict.Degraded, signal, "", IsAbort: false);

    public static SpanVerdict Cancelled(string signal) => new(Verdict.Cancelled, signal, "", IsAbort: true);

    public static SpanVerdict Unfinished(string signal) => new(Verdict.Unfinished, signal, "", IsAbort: false);
}
