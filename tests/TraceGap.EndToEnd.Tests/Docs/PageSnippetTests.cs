using System.Text.Json;
using TraceGap.EndToEnd.Tests.Peers;
using TraceGap.EndToEnd.Tests.Serving;
using YamlDotNet.Serialization;

namespace TraceGap.EndToEnd.Tests.Docs;

/// <summary>What the page offers to paste before the first span, run against the server that it is made for, with and without a token. OpenTelemetry for Python is stood in for.</summary>
public sealed class PageSnippetTests : IDisposable
{
    private const string Token = "a-token-for-sending";

    private readonly string _folder = Directory.CreateTempSubdirectory("tracegap-page-snippet-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [PeerTheory(Peer.PageTools)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_collector_is_told_where_the_server_is(bool isSecured)
    {
        using ServerProcess server = await StartAsync(isSecured);
        Dictionary<string, string> snippets = await SnippetsAsync(server, isSecured);

        Assert.Equal(["collector", "curl", "dotnet", "environment", "javascript", "python"], snippets.Keys.Order(StringComparer.Ordinal));
        Dictionary<object, object> exporter = Exporter(snippets["collector"]);
        Assert.Equal(server.OtlpGrpc.Authority, exporter["endpoint"]);
        Assert.Equal(isSecured, exporter.ContainsKey("headers"));
        server.Kill();
    }

    [PeerTheory(Peer.PageTools)]
    [InlineData("curl", false)]
    [InlineData("curl", true)]
    [InlineData("javascript", false)]
    [InlineData("javascript", true)]
    [InlineData("python", false)]
    [InlineData("python", true)]
    [InlineData("environment", true)]
    [InlineData("dotnet", true)]
    public async Task What_can_be_run_sends_a_trace(string name, bool isSecured)
    {
        using ServerProcess server = await StartAsync(isSecured);
        Dictionary<string, string> snippets = await SnippetsAsync(server, isSecured);

        switch (name)
        {
            case "curl":
                await ShellAsync(snippets[name]);
                break;
            case "javascript":
                await InAgentsFolderAsync(snippets[name], static file => $"{PeerPaths.Node} '{file}'");
                break;
            case "python":
                string agent = Path.Combine(_folder, "agent.py");
                await File.WriteAllTextAsync(agent, snippets[name]);
                await PeerRun.OutputAsync(PeerPaths.Python, Path.Combine(PeerPaths.PythonFolder, "sdk_stand_in.py"), agent);
                break;
            case "environment":
                // An SDK that is told nothing else: the program of the other snippet without its own address.
                await InAgentsFolderAsync(
                    snippets["javascript"].Replace(snippets["javascript"].Split("new OTLPTraceExporter(")[1].Split(");")[0], "", StringComparison.Ordinal),
                    file => $"{snippets[name]}\n{PeerPaths.Node} '{file}'");
                break;
            case "dotnet":
                string program = Path.Combine(_folder, "agent.cs");
                await File.WriteAllTextAsync(
                    program, $"#:package OpenTelemetry@1.20.1\n#:package OpenTelemetry.Exporter.OpenTelemetryProtocol@1.20.1\n#:property PublishAot=false\n{snippets[name]}");
                await ShellAsync($"dotnet run '{program}'");
                break;
        }

        await Poll.UntilAsync(
            async asking => (await asking.GetStringAsync(new Uri(server.Http, "/api/v1/report?window=1h"))).Contains("my-agent/ingress/answer", StringComparison.Ordinal),
            () => $"nothing arrived: {string.Join('\n', server.Errors)}");
        server.Kill();
    }

    private async Task<ServerProcess> StartAsync(bool isSecured) => await ServerProcess.StartAsync(Path.Combine(_folder, "data"), isSecured ? [("TOKENS__INGEST", Token)] : []);

    /// <summary>The snippets for what the server says of itself, with its token where they leave a place for one.</summary>
    private static async Task<Dictionary<string, string>> SnippetsAsync(ServerProcess server, bool isSecured)
    {
        using HttpClient client = new();
        string receivers = await client.GetStringAsync(new Uri(server.Http, "/api/v1/receivers"));
        Assert.Equal(isSecured, JsonDocument.Parse(receivers).RootElement.GetProperty("needsToken").GetBoolean());
        string printed = await PeerRun.OutputAsync(PeerPaths.Node, Path.Combine(PeerPaths.NodeFolder, "page-snippets.js"), PeerPaths.PageFolder, receivers);
        return JsonDocument.Parse(printed).RootElement.EnumerateArray().ToDictionary(
            static snippet => snippet.GetProperty("id").GetString()!, static snippet => snippet.GetProperty("text").GetString()!.Replace("TOKEN", Token, StringComparison.Ordinal));
    }

    private static async Task InAgentsFolderAsync(string program, Func<string, string> command)
    {
        // Where its packages are.
        string file = Path.Combine(PeerPaths.AgentsFolder, $"snippet-{Guid.NewGuid():n}.js");
        await File.WriteAllTextAsync(file, program);
        try
        {
            await ShellAsync(command(file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static Task<string> ShellAsync(string script) => PeerRun.OutputAsync("bash", "-c", $"set -e\n{script}");

    private static Dictionary<object, object> Exporter(string yaml)
    {
        Dictionary<string, object> settings = new DeserializerBuilder().WithDuplicateKeyChecking().Build().Deserialize<Dictionary<string, object>>(yaml);
        Assert.Equal(["otlp/tracegap"], (List<object>)((Dictionary<object, object>)((Dictionary<object, object>)((Dictionary<object, object>)settings["service"])["pipelines"])["traces"])["exporters"]);
        return (Dictionary<object, object>)((Dictionary<object, object>)settings["exporters"])["otlp/tracegap"];
    }
}
