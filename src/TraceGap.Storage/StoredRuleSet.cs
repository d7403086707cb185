namespace TraceGap.Storage;

/// <summary>Rules for layers that traces were analysed by.</summary>
/// <param name="Id">What tells them from others.</param>
/// <param name="FromUnixNanos">From when on they held, nanoseconds since the Unix epoch; until those of the next time.</param>
public readonly record struct StoredRuleSet(string Id, long FromUnixNanos);
