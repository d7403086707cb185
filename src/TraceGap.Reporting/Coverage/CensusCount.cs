namespace TraceGap.Reporting;

/// <summary>Spans, and their time on critical paths, ns.</summary>
internal readonly record struct CensusCount(long Spans, long PathNanos);
