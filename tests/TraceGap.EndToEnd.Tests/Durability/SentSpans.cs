using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;
using TraceGap.EndToEnd.Tests.Serving;
using TraceGap.EndToEnd.Tests.Traces;

namespace TraceGap.EndToEnd.Tests.Durability;

/// <summary>A set of spans, the requests that they are sent in, and the report that is true of them.</summary>
/// <param name="Requests">The requests; some spans are in several.</param>
/// <param name="Report">What <c>tracegap analyze</c> says of the distinct spans.</param>
internal sealed record SentSpans(IReadOnlyList<ExportTraceServiceRequest> Requests, string Report)
{
    private const int MaxPolls = 300;

    /// <summary>Cuts spans into requests in a random order, a tenth of them repeated, and analyses them offline.</summary>
    public static async Task<SentSpans> OfAsync(Random random, IReadOnlyList<EmittedSpan> spans, int mostSpansPerRequest)
    {
        EmittedSpan[] order = [.. spans, .. spans.Where(_ => random.Next(10) == 0)];
        random.Shuffle(order);
        List<ExportTraceServiceRequest> requests = [];
        for (int sent = 0; sent < order.Length;)
        {
            int count = Math.Min(random.Next(1, mostSpansPerRequest + 1), order.Length - sent);
            requests.Add(SpanSource.Request(order.AsSpan(sent, count).ToArray()));
            sent += count;
        }

        string file = Path.GetTempFileName();
        await File.WriteAllBytesAsync(file, SpanSource.Request(spans).ToByteArray());
        CommandRun offline = await CommandRun.OfAsync("analyze", file, "--format", "json");
        File.Delete(file);
        Assert.True(offline.ExitCode == 0, offline.Errors);
        return new SentSpans(requests, offline.Output);
    }

    /// <summary>Waits until a server's report is the true one, byte for byte but for the window asked for and the count of revisions; fails with the difference if that does not happen.</summary>
    public async Task AssertReportedByAsync(Uri http)
    {
        string expected = ReportText.Comparable(Report);
        string reported = "";
        int polls = 0;
        await Poll.UntilAsync(
            async client =>
            {
                reported = ReportText.Comparable(await client.GetStringAsync(new Uri(http, $"/api/v1/report?{ReportText.SameWindow(Report)}")));
                return reported == expected || ++polls == MaxPolls;
            },
            () => "the server does not answer");
        Assert.Equal(expected, reported);
    }
}
