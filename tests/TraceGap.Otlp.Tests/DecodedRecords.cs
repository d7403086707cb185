namespace TraceGap.Otlp.Tests;

/// <summary>The spans of a result as records, which is what most cases are about.</summary>
internal static class DecodedRecords
{
    extension(DecodeResult result)
    {
        public SpanRecord[] Spans => result.Batch.ToRecords();
    }
}
