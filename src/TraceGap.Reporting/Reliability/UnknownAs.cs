namespace TraceGap.Reporting;

/// <summary>What traces of unknown outcome are counted as.</summary>
internal enum UnknownAs
{
    /// <summary>Not at all.</summary>
    Nothing,

    /// <summary>Failed, and cut where their path ends.</summary>
    Failed,

    /// <summary>Ok.</summary>
    Ok,
}
