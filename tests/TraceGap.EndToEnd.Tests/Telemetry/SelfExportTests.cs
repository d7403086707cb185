using System.Globalization;
using TraceGap.EndToEnd.Tests.Serving;

namespace TraceGap.EndToEnd.Tests.Telemetry;

/// <summary>A server that sends its own telemetry to itself.</summary>
public sealed class SelfExportTests
{
    [Fact]
    public async Task A_server_that_sends_its_spans_to_itself_sends_one_for_each_query_and_none_for_what_follows()
    {
        const int Queries = 5;
        string data = Directory.CreateTempSubdirectory("tracegap-self-").FullName;
        using ServerProcess server = await ServerProcess.StartAsync(
            data,
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "{otlp-grpc}"), ("OTEL_BSP_SCHEDULE_DELAY", "50"), ("OTEL_METRIC_EXPORT_INTERVAL", "50"));
        using HttpClient client = new() { BaseAddress = server.Http };
        for (int query = 0; query < Queries; query++)
        {
            await client.GetStringAsync(new Uri("/api/v1/report?window=1h", UriKind.Relative));
        }

        // The start is the one span more. Until all of them are committed the exporters run dozens of times.
        await UntilCommittedAsync(client, Queries + 1);
        string report = await client.GetStringAsync(new Uri("/api/v1/workflows", UriKind.Relative));
        await UntilCommittedAsync(client, Queries + 2);

        Assert.Contains("tracegap", report, StringComparison.Ordinal);
        Assert.Equal(Queries + 2, await ReadAsync(client, "tracegap_spans_received_total"));
        server.Kill();
        Directory.Delete(data, recursive: true);
    }

    private static Task UntilCommittedAsync(HttpClient client, int traces) => Poll.UntilAsync(
        async _ => await ReadAsync(client, "tracegap_traces_committed_total") >= traces,
        () => $"fewer than {traces} traces came");

    private static async Task<double> ReadAsync(HttpClient client, string series)
    {
        string metrics = await client.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        string line = metrics.Split('\n').Single(line => line.StartsWith($"{series} ", StringComparison.Ordinal));
        return double.Parse(line[(series.Length + 1)..], CultureInfo.InvariantCulture);
    }
}
