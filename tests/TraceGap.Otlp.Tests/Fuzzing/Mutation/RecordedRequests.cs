using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;

namespace TraceGap.Otlp.Tests.Fuzzing;

/// <summary>Requests that a real agent sent, cut into small ones; in the wire format they are as the reference implementation writes them.</summary>
internal static class RecordedRequests
{
    private const int MaxBytes = 4000;

    private static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    public static byte[][] Json { get; } = Read();

    public static byte[][] Protobuf { get; } = Array.ConvertAll(Json, static json => Encode(Encoding.UTF8.GetString(json)).ToByteArray());

    private static byte[][] Read()
    {
        using GZipStream gzip = new(File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Samples", "base.otlp.jsonl.gz")), CompressionMode.Decompress);
        using StreamReader reader = new(gzip);
        List<byte[]> requests = [];
        while (reader.ReadLine() is { } line)
        {
            requests.AddRange(Cut(line));
        }

        return [.. requests];
    }

    // The first two spans of each scope, if that is not too much.
    private static IEnumerable<byte[]> Cut(string request)
    {
        foreach (JsonNode? resourceSpans in JsonNode.Parse(request)!["resourceSpans"]!.AsArray())
        {
            foreach (JsonNode? scopeSpans in resourceSpans!["scopeSpans"]!.AsArray())
            {
                JsonObject scope = scopeSpans!.DeepClone().AsObject();
                JsonArray spans = scope["spans"]!.AsArray();
                while (spans.Count > 2)
                {
                    spans.RemoveAt(2);
                }

                JsonObject cut = new()
                {
                    ["resourceSpans"] = new JsonArray(new JsonObject { ["resource"] = resourceSpans["resource"]?.DeepClone(), ["scopeSpans"] = new JsonArray(scope) }),
                };
                byte[] utf8 = Encoding.UTF8.GetBytes(cut.ToJsonString());
                if (utf8.Length <= MaxBytes)
                {
                    yield return utf8;
                }
            }
        }
    }

    // Ids are hexadecimal, where the reference takes bytes to be base64.
    private static ExportTraceServiceRequest Encode(string json)
    {
        JsonNode root = JsonNode.Parse(json)!;
        foreach (JsonNode? resourceSpans in root["resourceSpans"]!.AsArray())
        {
            foreach (JsonNode? scopeSpans in resourceSpans!["scopeSpans"]!.AsArray())
            {
                foreach (JsonNode? span in scopeSpans!["spans"]!.AsArray())
                {
                    ToBase64(span!.AsObject(), "traceId", "spanId", "parentSpanId");
                    span.AsObject().Remove("links");
                }
            }
        }

        return Parser.Parse<ExportTraceServiceRequest>(root.ToJsonString());
    }

    private static void ToBase64(JsonObject span, params string[] names)
    {
        foreach (string name in names)
        {
            if (span[name]?.GetValue<string>() is { } hexadecimal)
            {
                span[name] = Convert.ToBase64String(Convert.FromHexString(hexadecimal));
            }
        }
    }
}
