using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using TraceGap.Aggregation;
using TraceGap.Server.Configuration;

namespace TraceGap.Server.Tests.Queries;

/// <summary>What is answered where a trace is stored and none of its spans can be read: its block is damaged, or gone.</summary>
public sealed class UnreadableTraceTests : IAsyncLifetime
{
    private static readonly string[] TraceIds = [.. Enumerable.Range(1, 2).Select(static number => number.ToString("x32", CultureInfo.InvariantCulture))];

    private readonly string _data = Directory.CreateTempSubdirectory("tracegap-unreadable-").FullName;
    private readonly HttpClient _client = new();
    private TraceGapServer? _server;

    public async Task InitializeAsync()
    {
        await StartAsync();

        // Each in a commit of its own, and so in a block of its own.
        for (int sent = 0; sent < TraceIds.Length; sent++)
        {
            using StringContent spans = new(Request(TraceIds[sent]), new MediaTypeHeaderValue("application/json"));
            using HttpResponseMessage response = await _client.PostAsync(new Uri(_server!.OtlpHttp, "/v1/traces"), spans);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            using PeriodicTimer poll = new(TimeSpan.FromMilliseconds(20));
            while ((await AskAsync("traces")).GetProperty("traces").GetArrayLength() <= sent)
            {
                await poll.WaitForNextTickAsync();
            }
        }
    }

    public async Task DisposeAsync()
    {
        await StopAsync();
        _client.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    [Theory]
    [InlineData("UPDATE span_block SET spans = zeroblob(length(spans)) WHERE id = $id")]
    [InlineData("UPDATE span_block SET spans = substr(spans, 1, length(spans) / 2) WHERE id = $id")]
    [InlineData("DELETE FROM span_block WHERE id = $id")]
    public async Task A_trace_of_which_no_span_can_be_read_is_in_reports_and_lists_and_looked_at_nowhere(string damage)
    {
        await StopAsync();
        Damage(damage);
        await StartAsync();

        Assert.Equal(2, (await AskAsync("report")).GetProperty("traces").GetProperty("total").GetInt32());
        Assert.Equal(2, (await AskAsync("traces")).GetProperty("traces").GetArrayLength());
        Assert.Equal(1, (await AskAsync("quality")).GetProperty("traces").GetInt32());
        Assert.Equal(1, (await AskAsync("quality")).GetProperty("spans").GetInt32());
        Assert.Equal(1, (await AskAsync("coverage")).GetProperty("spans").GetInt32());
        Assert.Equal(1, (await AskAsync("coverage")).GetProperty("sample").GetProperty("traces").GetInt32());
        Assert.Equal(TraceIds[1], (await AskAsync($"traces/{TraceIds[1]}")).GetProperty("traceId").GetString());

        using HttpResponseMessage gone = await _client.GetAsync(new Uri(_server!.Http, $"/api/v1/traces/{TraceIds[0]}"));
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        Assert.Contains(TraceIds[0], await gone.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        using StringContent nothing = new("{}", new MediaTypeHeaderValue("application/json"));
        using HttpResponseMessage whatIf = await _client.PostAsync(new Uri(_server.Http, "/api/v1/whatif"), nothing);
        Assert.Equal(HttpStatusCode.OK, whatIf.StatusCode);
        using JsonDocument projected = JsonDocument.Parse(await whatIf.Content.ReadAsStringAsync());
        Assert.Equal(1, projected.RootElement.GetProperty("sampled").GetProperty("traces").GetInt32());
    }

    private async Task StartAsync()
    {
        ServerOptions options = new()
        {
            DataFolder = _data, OtlpGrpc = "127.0.0.1:0", OtlpHttp = "127.0.0.1:0", Http = "127.0.0.1:0",
            Assembly = new AssemblyOptions { Quiet = TimeSpan.FromMilliseconds(50) },
        };
        _server = await TraceGapServer.StartAsync(options, NullLoggerFactory.Instance);
    }

    private async Task StopAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
            _server = null;
        }
    }

    private void Damage(string change)
    {
        using SqliteConnection connection = new($"Data Source={Path.Combine(_data, "tracegap.db")};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT min(id) FROM span_block";
        long first = (long)command.ExecuteScalar()!;
        command.CommandText = change;
        command.Parameters.AddWithValue("$id", first);
        Assert.Equal(1, command.ExecuteNonQuery());
    }

    private async Task<JsonElement> AskAsync(string path)
    {
        using HttpResponseMessage answer = await _client.GetAsync(new Uri(_server!.Http, $"/api/v1/{path}"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using JsonDocument document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return document.RootElement.Clone();
    }

    private static string Request(string traceId)
    {
        long start = (TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - 60) * 1_000_000_000;
        return new StringBuilder("""{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"gateway"}}]},"scopeSpans":[{"spans":[""")
            .Append(CultureInfo.InvariantCulture, $$"""{"traceId":"{{traceId}}","spanId":"0000000000000001","name":"POST /ask","kind":2,"startTimeUnixNano":"{{start}}","endTimeUnixNano":"{{start + 1_000_000}}"}""")
            .Append("]}]}]}").ToString();
    }
}
