using System.IO.Compression;
using System.Text;
using System.Text.Json;
using TraceGap.Otlp;

namespace TraceGap.Aggregation.Tests;

/// <summary>A folder of recorded spans of real instrumentations, with the truth about what the agent did.</summary>
internal sealed class RecordedRuns
{
    private readonly string _folder;

    public RecordedRuns(string name)
    {
        _folder = Path.Combine(AppContext.BaseDirectory, "Samples", name);
        Truth = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_folder, "truth.json"))).RootElement;
        foreach (string line in File.Exists(Path.Combine(_folder, "runs.jsonl.gz")) ? Lines("runs.jsonl.gz") : [])
        {
            JsonElement run = JsonDocument.Parse(line).RootElement;
            Runs.Add(run.GetProperty("traceId").GetString()!, run);
        }

        OtlpTraceDecoder decoder = new();
        foreach (string line in Lines("traces.otlp.jsonl.gz"))
        {
            DecodeResult decoded = decoder.DecodeJson(Encoding.UTF8.GetBytes(line));
            Assert.Equal(0, decoded.RejectedSpans);
            foreach (SpanRecord span in decoded.Batch.ToRecords())
            {
                string traceId = span.TraceId.ToString();
                if (!Traces.TryGetValue(traceId, out List<SpanRecord>? spans))
                {
                    Traces.Add(traceId, spans = []);
                }

                spans.Add(span);
            }
        }
    }

    public JsonElement Truth { get; }

    public Dictionary<string, JsonElement> Runs { get; } = [];

    public Dictionary<string, List<SpanRecord>> Traces { get; } = [];

    public Dictionary<string, TraceFindings> Analyze()
    {
        TraceAnalyzer analyzer = new(AnalysisOptions.Default);
        return Traces.ToDictionary(static trace => trace.Key, trace => analyzer.Analyze(trace.Value, closed: true));
    }

    private IEnumerable<string> Lines(string file)
    {
        using FileStream packed = File.OpenRead(Path.Combine(_folder, file));
        using StreamReader reader = new(new GZipStream(packed, CompressionMode.Decompress));
        while (reader.ReadLine() is string line)
        {
            yield return line;
        }
    }
}
