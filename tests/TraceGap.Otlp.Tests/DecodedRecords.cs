namespace TraceGap.Otlp.Tests;

/// <summary>The spans of a result as records, which is what most cases are about.</summary>
internal static class DecodedRecords
{
    extension(DecodeResult result)
    {
        public SpanRecord[] Spans => result.Batch.ToRecords();

        /// <summary>Those that came as spans.</summary>
        public SpanRecord[] OwnSpans => [.. result.Spans.Where(static span => span.Kind != SpanKind.Signal)];

        /// <summary>What was said about spans elsewhere than on them.</summary>
        public SpanRecord[] Signals => [.. result.Spans.Where(static span => span.Kind == SpanKind.Signal)];
    }
}
