using System.Text;
using System.Text.Json;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;

namespace TraceGap.Otlp.Tests.Fuzzing;

/// <summary>Judges what decoders make of any bytes. The decoders are used over and over, as a server does.</summary>
internal sealed class DecodeOracle
{
    // What decoding may allocate: some bytes for each byte sent, since a span of ids alone grows threefold and buffers double as they grow, and the buffers themselves.
    private const int MaxAllocatedPerByte = 32;
    private const int MaxAllocatedAnyway = 64 * 1024;

    private readonly OtlpTraceDecoder _decoder = new();
    private readonly OtlpTraceDecoder _second = new();

    // Every cap of this one is met soon, and it keeps what the others drop: it must find the same spans.
    private readonly OtlpTraceDecoder _tight = new(
        new DecodeLimits { MaxValueChars = 7, MaxNameChars = 5, MaxKeptAttributes = 3, MaxValueDepth = 2, MaxContentBytes = 48, MaxErrorTextBytes = 9 },
        new KeepOptions { Content = true, Attributes = ["my.*"], Drop = ["exception.type"] });

    /// <summary>Judges bytes as Protocol Buffers.</summary>
    public void CheckProtobuf(byte[] request)
    {
        DecodeResult result = Measure(() => _decoder.DecodeProtobuf(request), request.Length);
        CheckResult(result, request.Length);
        CheckTight(result, Measure(() => _tight.DecodeProtobuf(request), request.Length), request.Length);
        WireOracle expected = WireOracle.Judge(request);
        Assert.Equal((expected.IsMalformed, expected.Kept, expected.Rejected), (result.Malformed is not null, result.OwnSpans.Length, result.RejectedSpans));
        if (TryParse(request) is { } parsed)
        {
            CheckAgainstReference(result, expected, parsed);
        }
    }

    /// <summary>Judges bytes as JSON.</summary>
    public void CheckJson(byte[] request)
    {
        DecodeResult result = Measure(() => _decoder.DecodeJson(request), request.Length);
        CheckResult(result, request.Length);
        CheckTight(result, Measure(() => _tight.DecodeJson(request), request.Length), request.Length);
        if (!IsJson(request))
        {
            Assert.NotNull(result.Malformed);
        }
        else
        {
            Assert.False(result.Malformed is { } reason && reason.EndsWith("not JSON", StringComparison.Ordinal), result.Malformed);
            CheckSpacing(result, request);
        }
    }

    // What is wanted and how deep decides how closely a value is looked at, and so whether its span is rejected; spans are spans for both.
    private static void CheckTight(DecodeResult result, DecodeResult tight, int length)
    {
        CheckResult(tight, length);
        if (result.Malformed is null && tight.Malformed is null)
        {
            Assert.Equal(result.OwnSpans.Length + result.RejectedSpans, tight.OwnSpans.Length + tight.RejectedSpans);
        }
    }

    private static DecodeResult Measure(Func<DecodeResult> decode, int length) =>
        Allocations.Bound(decode, MaxAllocatedAnyway + ((long)MaxAllocatedPerByte * length));

    private static void CheckResult(DecodeResult result, int length)
    {
        if (result.Malformed is { } malformed)
        {
            ReasonOracle.Check(malformed, length);
            Assert.Equal((0, 0, null), (result.Batch.Count, result.RejectedSpans, result.RejectReason));
            return;
        }

        Assert.Equal(result.RejectedSpans > 0, result.RejectReason is not null);
        if (result.RejectReason is { } rejected)
        {
            ReasonOracle.Check(rejected, length);
        }

        BatchOracle.CheckWhole(result.Batch);
    }

    /// <summary>Judges bytes as log records in Protocol Buffers.</summary>
    public void CheckLogsProtobuf(byte[] request) => CheckLogs(Measure(() => _decoder.DecodeLogsProtobuf(request), request.Length), request.Length);

    /// <summary>Judges bytes as log records in JSON.</summary>
    public void CheckLogsJson(byte[] request) => CheckLogs(Measure(() => _decoder.DecodeLogsJson(request), request.Length), request.Length);

    private static void CheckLogs(DecodeResult result, int length)
    {
        if (result.Malformed is { } malformed)
        {
            ReasonOracle.Check(malformed, length);
            return;
        }

        Assert.Equal(result.LogRecords.Rejected > 0, result.RejectReason is not null);
        Assert.Equal(result.LogRecords.Signals, result.Batch.Count);
        Assert.All(result.Spans, static span => Assert.Equal((SpanKind.Signal, false), (span.Kind, span.ParentSpanId.IsNone)));
        BatchOracle.CheckWhole(result.Batch);
    }

    // The reference writes what it read in one canonical form, which must say the same.
    private void CheckAgainstReference(DecodeResult result, WireOracle expected, ExportTraceServiceRequest parsed)
    {
        if (expected.IsBeyond32Bits)
        {
            return;
        }

        Assert.Null(result.Malformed);
        (List<string> spans, int rejectedSpans) = SpanOracle.Expect(parsed);
        Assert.Equal((spans.Count, rejectedSpans), (result.OwnSpans.Length, result.RejectedSpans));
        if (!expected.HasValueInPieces)
        {
            string canonical = SpanText.Of(_second.DecodeProtobuf(parsed.ToByteArray()).Spans);
            Assert.Equal(canonical, WithoutInvalidText(SpanText.Of(result.Spans)));
        }
    }

    // The reference replaces what is no UTF-8, and says no more of it.
    private static string WithoutInvalidText(string spans) =>
        spans.Replace("facts=InvalidText ", "facts=None ", StringComparison.Ordinal)
            .Replace(", InvalidText", "", StringComparison.Ordinal)
            .Replace("InvalidText, ", "", StringComparison.Ordinal);

    // White space behind a text of JSON means nothing.
    private void CheckSpacing(DecodeResult result, byte[] request)
    {
        DecodeResult spaced = _second.DecodeJson([.. request, .. " \r\n\t"u8]);
        Assert.Equal((result.Malformed, result.RejectReason, result.RejectedSpans), (spaced.Malformed, spaced.RejectReason, spaced.RejectedSpans));
        Assert.Equal(SpanText.Of(result.Spans), SpanText.Of(spaced.Spans));
    }

    private static ExportTraceServiceRequest? TryParse(byte[] bytes)
    {
        try
        {
            return ExportTraceServiceRequest.Parser.ParseFrom(bytes);
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or IndexOutOfRangeException or ArgumentOutOfRangeException)
        {
            // The others come of lengths just below 2^31, over which the reference itself falls.
            return null;
        }
    }

    private static bool IsJson(byte[] bytes)
    {
        ReadOnlyMemory<byte> text = bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? bytes.AsMemory(Encoding.UTF8.Preamble.Length) : bytes;
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = int.MaxValue });
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
