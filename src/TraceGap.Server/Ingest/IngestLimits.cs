namespace TraceGap.Server.Ingest;

/// <summary>What the pipeline may hold in memory.</summary>
/// <param name="QueuedBytes">Encoded spans that may wait for the assembler, bytes; beyond them senders are asked to come again.</param>
/// <param name="SpansPerTrace">Spans of one trace that are analysed; those beyond are kept beside it.</param>
internal readonly record struct IngestLimits(long QueuedBytes, int SpansPerTrace);
