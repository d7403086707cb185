using System.Diagnostics;
using System.Text.Json;

namespace TraceGap.DotNetAgent;

/// <summary>The model endpoint and the stores of the Node agents, in a process of their own.</summary>
internal sealed class LoopbackServices : IDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private readonly Process _process;

    private LoopbackServices(Process process, Addresses at)
    {
        _process = process;
        At = at;
    }

    public Addresses At { get; }

    public static async Task<LoopbackServices> StartAsync(AgentOptions options, string script)
    {
        ProcessStartInfo start = new("node", [script, .. options.Arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        Process process = Process.Start(start)!;
        string line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"{script} ended without telling where it listens.");
        return new LoopbackServices(process, JsonSerializer.Deserialize<Addresses>(line, Json)!);
    }

    /// <summary>Stops them.</summary>
    /// <returns>The requests that the model endpoint saw.</returns>
    public async Task<JsonElement> StopAsync()
    {
        _process.StandardInput.Close();
        return JsonElement.Parse(await _process.StandardOutput.ReadLineAsync() ?? "null");
    }

    public void Dispose() => _process.Dispose();

    /// <summary>Where they listen.</summary>
    internal sealed record Addresses(Uri Model, Uri VectorStore, Uri OrderBook);
}
