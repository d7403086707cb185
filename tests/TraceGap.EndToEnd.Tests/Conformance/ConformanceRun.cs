using TraceGap.EndToEnd.Tests.Peers;

namespace TraceGap.EndToEnd.Tests.Conformance;

/// <summary>Asks every scenario once over every transport, a server for each, and keeps the answers for the rows.</summary>
public sealed class ConformanceRun : IAsyncLifetime
{
    private static readonly string[] Both =
        ["plain", "gzip", "deflate", "empty", "bad-ids", "malformed", "too-large", "bomb", "unknown-method", "logs", "idle-logs", "broken-log", "malformed-logs"];

    private static readonly string[] HttpOnly = ["chunked", "twice", "deflate-bomb", "unknown-encoding", "wrong-type", "unknown-path"];

    private readonly PythonStubs _stubs = new();
    private readonly Dictionary<Transport, Dictionary<string, PeerAnswer>> _answers = [];
    private readonly Dictionary<Transport, int> _spans = [];

    /// <summary>What was answered; null if the transport has no such scenario.</summary>
    internal PeerAnswer? Answer(Transport transport, string scenario) => _answers[transport].GetValueOrDefault(scenario);

    /// <summary>How many spans arrived in all.</summary>
    internal int Spans(Transport transport) => _spans[transport];

    public async Task InitializeAsync()
    {
        await _stubs.InitializeAsync();
        foreach (Transport transport in Enum.GetValues<Transport>())
        {
            await using PeerServer server = await PeerServer.StartAsync();
            _answers[transport] = await AskAsync(server, transport, transport == Transport.Grpc ? Both : [.. Both, .. HttpOnly]);
            _spans[transport] = server.Sink.Spans.Count;
        }
    }

    public Task DisposeAsync() => _stubs.DisposeAsync();

    /// <summary>Asks scenarios, at least two.</summary>
    internal Task<Dictionary<string, PeerAnswer>> AskAsync(PeerServer server, Transport transport, params string[] scenarios) => transport switch
    {
        Transport.Grpc => PeerRun.AskAllAsync(PeerPaths.Python, [Script("peer.py"), server.Address, _stubs.Folder, .. scenarios]),
        Transport.HttpProtobuf => PeerRun.AskAllAsync(PeerPaths.Python, [Script("http_peer.py"), server.HttpAddress, _stubs.Folder, "protobuf", .. scenarios]),
        _ => PeerRun.AskAllAsync(PeerPaths.Python, [Script("http_peer.py"), server.HttpAddress, _stubs.Folder, "json", .. scenarios]),
    };

    /// <summary>A message as python3-protobuf writes it, in hexadecimal.</summary>
    internal async Task<string> WriteAsync(string module, string message, string text) =>
        (await PeerRun.OutputAsync(PeerPaths.Python, Script("golden.py"), _stubs.Folder, module, message, text)).Trim();

    private static string Script(string name) => Path.Combine(PeerPaths.PythonFolder, name);
}
