namespace TraceGap.EndToEnd.Tests.Peers;

/// <summary>Python classes of the wire contracts, made by protoc from the repository's protos into a folder that lives as long as the tests of a class.</summary>
public sealed class PythonStubs : IAsyncLifetime
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("tracegap-python-").FullName;

    public async Task InitializeAsync()
    {
        if (PeerPaths.Problem(Peer.Python) is { } problem)
        {
            Assert.Fail(problem);
        }

        string otlp = Path.Combine(PeerPaths.Protos, "opentelemetry");
        await GenerateAsync(PeerPaths.Protos, Directory.GetFiles(otlp, "*.proto", SearchOption.AllDirectories));
        string health = Path.Combine(PeerPaths.Protos, "grpc", "health", "v1");
        await GenerateAsync(health, Path.Combine(health, "health.proto"));
        await GenerateAsync(PeerPaths.Peers, Path.Combine(PeerPaths.Peers, "google_rpc.proto"));
    }

    public Task DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        return Task.CompletedTask;
    }

    private Task<string> GenerateAsync(string root, params string[] protos) =>
        PeerRun.OutputAsync(PeerPaths.Protoc, [$"-I{root}", $"--python_out={Folder}", .. protos]);
}
