using System.Net.Http.Json;
using System.Text.Json;

namespace TraceGap.Benchmarks.Processes;

/// <summary>How much the report of the last hours shows.</summary>
/// <param name="Spans">Distinct spans.</param>
/// <param name="Traces">Traces.</param>
/// <param name="Open">Of them, those that wait for their root.</param>
internal readonly record struct ReportCounts(long Spans, long Traces, long Open);

/// <summary>Asks a server's query API, as its users do.</summary>
internal sealed class ReportProbe(Uri http) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly HttpClient _client = new() { BaseAddress = http };

    /// <summary>Asks for the report.</summary>
    public async Task<ReportCounts> CountsAsync()
    {
        using JsonDocument report = await _client.GetFromJsonAsync<JsonDocument>("api/v1/report?window=2h") ?? throw new InvalidOperationException("no report");
        JsonElement traces = report.RootElement.GetProperty("traces");
        return new ReportCounts(report.RootElement.GetProperty("spans").GetInt64(), traces.GetProperty("total").GetInt64(), traces.GetProperty("open").GetInt64());
    }

    /// <summary>Waits until the report shows so many spans or more and no trace is open, but no longer than two minutes.</summary>
    /// <returns>What it shows then.</returns>
    public async Task<ReportCounts> UntilAsync(long spans)
    {
        long start = TimeProvider.System.GetTimestamp();
        ReportCounts counts = await CountsAsync();
        while ((counts.Spans < spans || counts.Open > 0) && TimeProvider.System.GetElapsedTime(start) < Patience)
        {
            await Task.Delay(Interval);
            counts = await CountsAsync();
        }

        return counts;
    }

    /// <summary>Waits until the report shows exactly so many spans.</summary>
    /// <exception cref="InvalidOperationException">It shows more, or does not get there.</exception>
    public async Task UntilExactlyAsync(long spans)
    {
        ReportCounts counts = await UntilAsync(spans);
        if (counts.Spans != spans || counts.Open > 0)
        {
            throw new InvalidOperationException($"{spans} spans were sent, the report shows {counts}");
        }
    }

    /// <summary>True if a trace is stored.</summary>
    public async Task<bool> HasTraceAsync(string traceId)
    {
        using HttpResponseMessage response = await _client.GetAsync($"api/v1/traces/{traceId}", HttpCompletionOption.ResponseHeadersRead);
        return response.IsSuccessStatusCode;
    }

    public void Dispose() => _client.Dispose();
}
