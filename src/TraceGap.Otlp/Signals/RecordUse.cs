namespace TraceGap.Otlp.Signals;

/// <summary>What becomes of a log record.</summary>
internal enum RecordUse : byte
{
    /// <summary>It says something about its span.</summary>
    Signal,

    /// <summary>It says nothing that the analysis reads.</summary>
    Unrelated,

    /// <summary>It would say something, and not about which span.</summary>
    Unattributed,
}
