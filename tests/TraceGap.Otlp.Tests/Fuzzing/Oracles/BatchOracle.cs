namespace TraceGap.Otlp.Tests.Fuzzing;

/// <summary>Judges batches: bytes are refused with a reason, or all that can be read of them can be read, and means the same after it was written again.</summary>
internal static class BatchOracle
{
    // Tables of strings and records for what takes a byte each, before the bytes that follow are seen to be missing.
    private const int MaxAllocatedPerByte = 64;
    private const int MaxAllocatedAnyway = 16 * 1024;

    public static void Check(byte[] bytes)
    {
        (SpanBatch? batch, string problem) = Allocations.Bound(() => Parse(bytes), MaxAllocatedAnyway + ((long)MaxAllocatedPerByte * bytes.Length));
        Assert.Equal(batch is not null, problem.Length == 0);
        if (batch is not null)
        {
            ReadAll(batch);
            Assert.Equal(SpanText.Of(batch.ToRecords()), SpanText.Of(SpanBatch.From(batch.ToRecords()).ToRecords()));
        }
    }

    /// <summary>A batch that was written here passes the check of bytes from outside and reads the same after it.</summary>
    public static void CheckWhole(SpanBatch batch)
    {
        Assert.True(SpanBatch.TryParse(batch.Bytes, out SpanBatch? parsed, out string problem), problem);
        ReadAll(parsed);
        Assert.Equal(SpanText.Of(batch.ToRecords()), SpanText.Of(parsed.ToRecords()));
    }

    private static (SpanBatch? Batch, string Problem) Parse(byte[] bytes) =>
        (SpanBatch.TryParse(bytes, out SpanBatch? batch, out string problem) ? batch : null, problem);

    private static void ReadAll(SpanBatch batch)
    {
        for (int index = 0; index < batch.Count; index++)
        {
            SpanRecord record = batch.Read(index);
            Assert.Equal((record.TraceId, record.SpanId, record.ParentSpanId), (batch.TraceIdOf(index), batch.SpanIdOf(index), batch.ParentSpanIdOf(index)));
            Assert.Equal((record.StartUnixNanos, record.EndUnixNanos), (batch.StartUnixNanosOf(index), batch.EndUnixNanosOf(index)));
            Assert.Equal((record.Flags, record.Kind), (batch.FlagsOf(index), batch.KindOf(index)));
            Assert.False(record.TraceId.IsZero || record.SpanId.IsNone);
        }
    }
}
