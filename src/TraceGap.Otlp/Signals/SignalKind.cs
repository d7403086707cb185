namespace TraceGap.Otlp.Signals;

/// <summary>What a log record says about its span.</summary>
internal enum SignalKind : byte
{
    /// <summary>Nothing that the analysis reads.</summary>
    None = 0,

    /// <summary>How good its result is: event <c>gen_ai.evaluation.result</c>.</summary>
    Evaluation,

    /// <summary>An exception, told by the instrumentation: event <c>exception</c> or <c>….exception</c> (OpenTelemetry semantic conventions, exceptions in logs).</summary>
    Exception,

    /// <summary>An exception that the application itself logged: <c>exception.type</c> or <c>exception.message</c> on a record of any other name.</summary>
    LoggedException,
}
