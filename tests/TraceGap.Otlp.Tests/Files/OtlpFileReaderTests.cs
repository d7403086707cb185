using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Logs.V1;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Logs.V1;
using OpenTelemetry.Proto.Resource.V1;
using OpenTelemetry.Proto.Trace.V1;
using TraceGap.Otlp.Files;
using TraceGap.Otlp.Tests.Wire;

namespace TraceGap.Otlp.Tests.Files;

public sealed class OtlpFileReaderTests
{
    private static readonly ExportTraceServiceRequest First = Numbered(1);
    private static readonly ExportTraceServiceRequest Second = Numbered(2);

    public static TheoryData<string, byte[]> Files()
    {
        byte[] first = First.ToByteArray();
        byte[] second = Second.ToByteArray();
        byte[] lines = Utf8($"{Json(First)}\n{Json(Second)}\n");
        string pretty = Pretty(First);
        return new()
        {
            { "JSON lines", lines },
            { "JSON lines, no last line feed", lines[..^1] },
            { "JSON lines, CR LF, blank lines and a byte order mark", [0xEF, 0xBB, 0xBF, .. Utf8($"\r\n{Json(First)}\r\n\r\n{Json(Second)}\r\n")] },
            { "JSON documents", Utf8($"{pretty}\n{Pretty(Second)}\n") },
            { "JSON documents after a line feed", Utf8($"\n{pretty}{Pretty(Second)}") },
            { "one protobuf message", [.. first, .. second] },
            { "length-prefixed protobuf", [.. Prefixed(first), .. Prefixed(second)] },
            { "delimited protobuf", [.. WireBytes.Varint((ulong)first.Length), .. first, .. WireBytes.Varint((ulong)second.Length), .. second] },
        };
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Every_format_is_told_by_its_bytes_plain_and_compressed(string format, byte[] file)
    {
        Assert.NotEmpty(format);
        byte[] members = [.. Gzip(file[..(file.Length / 2)]), .. Gzip(file[(file.Length / 2)..])];
        foreach (byte[] bytes in new[] { file, Gzip(file), members })
        {
            List<OtlpFileMessage> messages = await ReadAsync(bytes);
            Assert.Equal(["span 1", "span 2"], messages.SelectMany(message => message.Result.Spans).Select(span => span.Name));
            Assert.All(messages, message => Assert.Null(message.Problem));
            Assert.Equal(bytes.Length, messages[^1].BytesRead);
        }
    }

    [Fact]
    public async Task Log_records_among_spans_are_told_by_their_bytes_too()
    {
        ExportLogsServiceRequest logs = new()
        {
            ResourceLogs =
            {
                new ResourceLogs
                {
                    ScopeLogs =
                    {
                        new ScopeLogs
                        {
                            LogRecords =
                            {
                                new LogRecord
                                {
                                    TraceId = First.ResourceSpans[0].ScopeSpans[0].Spans[0].TraceId,
                                    SpanId = First.ResourceSpans[0].ScopeSpans[0].Spans[0].SpanId,
                                    ObservedTimeUnixNano = 7,
                                    EventName = "exception",
                                },
                            },
                        },
                    },
                },
            },
        };
        byte[] spans = First.ToByteArray();
        byte[] records = logs.ToByteArray();
        foreach (byte[] file in (byte[][])
            [
                Utf8($"{OtlpJsonOf(logs)}\n{Json(First)}\n"),
                [.. records, .. spans],
                [.. Prefixed(records), .. Prefixed(spans)],
                [.. WireBytes.Varint((ulong)records.Length), .. records, .. WireBytes.Varint((ulong)spans.Length), .. spans],
            ])
        {
            List<OtlpFileMessage> messages = await ReadAsync(file);
            Assert.All(messages, static message => Assert.Null(message.Problem));
            Assert.Equal(["exception 7", "span 1"], messages.SelectMany(static message => message.Result.Spans).Select(static span => span.Kind == SpanKind.Signal ? $"{span.Name} {span.EndUnixNanos}" : span.Name));
        }

        static string OtlpJsonOf(ExportLogsServiceRequest request) => Encoding.UTF8.GetString(OtlpJson.Write(request, 5));
    }

    [Fact]
    public async Task A_protobuf_message_that_begins_like_json_is_protobuf()
    {
        // Line feed and brace: ResourceSpans of 123 bytes. What follows the brace decides.
        for (int padding = 0; padding < 200; padding++)
        {
            ExportTraceServiceRequest request = First.Clone();
            request.ResourceSpans[0].ScopeSpans[0].SchemaUrl = new string('u', padding);
            Assert.Equal("span 1", (await ReadAsync(request.ToByteArray())).Single().Result.Spans.Single().Name);
            request.ResourceSpans[0].Resource = new Resource
            {
                Attributes = { new KeyValue { Key = "service.name", Value = new AnyValue { StringValue = new string('s', padding) } } },
            };
            Assert.Equal("span 1", (await ReadAsync(request.ToByteArray())).Single().Result.Spans.Single().Name);
        }
    }

    [Fact]
    public async Task A_bad_line_is_named_and_the_next_one_is_read()
    {
        List<OtlpFileMessage> messages = await ReadAsync(Utf8($"{Json(First)}\n{{\"resourceSpans\":[{{\n\nnonsense\n{Json(Second)}\n"));
        Assert.Equal(["line 1", "line 2", "line 4", "line 5"], messages.Select(message => message.Position));
        Assert.Equal(
            [null, "line 2: ExportTraceServiceRequest at byte 19: not JSON", "line 4: ExportTraceServiceRequest at byte 0: not JSON", null],
            messages.Select(message => message.Problem));
    }

    [Fact]
    public async Task A_bad_first_line_does_not_swallow_the_others()
    {
        List<OtlpFileMessage> messages = await ReadAsync(Utf8($"{{\"resourceSpans\":[{{\n{Json(Second)}\n"));
        Assert.StartsWith("line 1: ", messages[0].Problem, StringComparison.Ordinal);
        Assert.Equal("span 2", messages[1].Result.Spans.Single().Name);
    }

    [Fact]
    public async Task A_rejected_span_is_named_with_its_line()
    {
        string bad = "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"spanId\":\"2122232425262728\"}]}]}]}";
        Assert.Equal("line 1: Span.traceId at byte 43: missing", (await ReadAsync(Utf8(bad))).Single().Problem);
    }

    [Fact]
    public async Task A_line_or_message_over_the_limit_is_passed_over()
    {
        OtlpFileReader reader = new(new DecodeLimits { MaxFileMessageBytes = 1024 });
        string longLine = $"{{\"x\":\"{new string('x', 200_000)}\"}}";
        List<OtlpFileMessage> lines = await ReadAsync(Utf8($"{Json(First)}\n{longLine}\n{Json(Second)}\n"), reader);
        Assert.Equal([null, "line 2: longer than 1024 bytes", null], lines.Select(message => message.Problem));

        List<OtlpFileMessage> frames = await ReadAsync([.. Prefixed(First.ToByteArray()), .. Prefixed(new byte[200_000]), .. Prefixed(Second.ToByteArray())], reader);
        Assert.Equal([null, $"byte {First.CalculateSize() + 4}: message of 200000 bytes, at most 1004 are read", null], frames.Select(message => message.Problem));
        Assert.Equal("span 2", frames[2].Result.Spans.Single().Name);
    }

    [Fact]
    public async Task A_cut_file_says_so_and_what_came_before_is_kept()
    {
        byte[] lines = Utf8(string.Concat(Enumerable.Repeat(Json(First) + "\n", 2000)));
        byte[] gzip = Gzip(lines);
        List<OtlpFileMessage> messages = await ReadAsync(gzip[..^1]);
        Assert.EndsWith("gzip data is damaged or cut", messages[^1].Problem, StringComparison.Ordinal);
        Assert.NotEmpty(messages[0].Result.Spans);

        byte[] prefixed = [.. Prefixed(First.ToByteArray()), .. Prefixed(Second.ToByteArray())];
        List<OtlpFileMessage> frames = await ReadAsync(prefixed[..^3]);
        Assert.Equal(
            [null, $"byte {First.CalculateSize() + 4}: message of {Second.CalculateSize()} bytes, {Second.CalculateSize() - 3} left"],
            frames.Select(message => message.Problem));
    }

    [Fact]
    public async Task A_file_cut_at_any_byte_never_throws()
    {
        foreach (object[] row in Files())
        {
            byte[] file = (byte[])row[1];
            for (int length = 0; length < file.Length; length += 5)
            {
                await ReadAsync(file[..length]);
                await ReadAsync(Gzip(file)[..(length % Gzip(file).Length)]);
            }
        }
    }

    [Fact]
    public async Task Files_without_messages_give_none()
    {
        Assert.Empty(await ReadAsync([]));
        Assert.Empty(await ReadAsync(Utf8(" \n\n")));
        Assert.Empty(await ReadAsync(Gzip(Utf8("\n"))));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public async Task Streams_that_give_little_at_a_time_give_the_same(int chunk)
    {
        byte[] file = Gzip(Utf8($"{Json(First)}\n{Json(Second)}\n"));
        using TrickleStream stream = new(file, chunk);
        List<OtlpFileMessage> messages = await new OtlpFileReader().ReadAsync(stream).ToListAsync();
        Assert.Equal(["span 1", "span 2"], messages.SelectMany(message => message.Result.Spans).Select(span => span.Name));
    }

    [Fact]
    public async Task A_recording_of_a_real_agent_is_read_without_a_rejection()
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Samples", "base.otlp.jsonl.gz");
        using FileStream file = File.OpenRead(path);
        List<OtlpFileMessage> messages = await new OtlpFileReader().ReadAsync(file).ToListAsync();
        Assert.All(messages, message => Assert.Null(message.Problem));
        SpanRecord[] spans = [.. messages.SelectMany(message => message.Result.Spans)];

        // Counted over the recording with another JSON reader.
        (int count, int tools, int retrievals) = CountSpans(path);
        Assert.Equal(count, spans.Length);
        Assert.Equal(tools, spans.Count(span => span.Attributes.Text("openinference.span.kind") == "TOOL"));
        Assert.Equal(retrievals, spans.Count(span => span.ResultCount == 3));
        Assert.DoesNotContain(spans, span => (span.Facts & (SpanFacts.ResultSaysError | SpanFacts.InvalidText | SpanFacts.Abort)) != 0);
        Assert.DoesNotContain("Paris", SpanText.Of(spans));
    }

    private static (int Spans, int Tools, int Retrievals) CountSpans(string path)
    {
        using GZipStream gzip = new(File.OpenRead(path), CompressionMode.Decompress);
        using StreamReader reader = new(gzip);
        List<JsonElement> spans = [];
        while (reader.ReadLine() is string line)
        {
            spans.AddRange(
                from resource in JsonDocument.Parse(line).RootElement.GetProperty("resourceSpans").EnumerateArray()
                from scope in resource.GetProperty("scopeSpans").EnumerateArray()
                from span in scope.GetProperty("spans").EnumerateArray()
                select span);
        }

        return (spans.Count, spans.Count(span => span.ToString().Contains("\"TOOL\"")), spans.Count(span => span.ToString().Contains("retrieval.documents.2.")));
    }

    private static async Task<List<OtlpFileMessage>> ReadAsync(byte[] file, OtlpFileReader? reader = null)
    {
        using MemoryStream stream = new(file);
        return await (reader ?? new OtlpFileReader()).ReadAsync(stream).ToListAsync();
    }

    private static ExportTraceServiceRequest Numbered(int number) => Requests.Of(Requests.Span($"span {number}"));

    private static string Json(ExportTraceServiceRequest request)
    {
        // Odd seeds write without indentation.
        return Encoding.UTF8.GetString(OtlpJson.Write(request, 1));
    }

    private static string Pretty(ExportTraceServiceRequest request) => Encoding.UTF8.GetString(OtlpJson.Write(request, 2));

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Prefixed(byte[] message)
    {
        byte[] length = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(length, (uint)message.Length);
        return [.. length, .. message];
    }

    private static byte[] Gzip(byte[] data)
    {
        using MemoryStream compressed = new();
        using (GZipStream gzip = new(compressed, CompressionLevel.Fastest))
        {
            gzip.Write(data);
        }

        return compressed.ToArray();
    }

    private sealed class TrickleStream(byte[] bytes, int chunk) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, chunk)], cancellationToken);
    }
}
