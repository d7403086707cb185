using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TraceGap.EndToEnd.Tests.Agents;
using TraceGap.EndToEnd.Tests.Deploy;
using TraceGap.EndToEnd.Tests.Peers;
using TraceGap.EndToEnd.Tests.Serving;
using TraceGap.Server.Configuration;
using YamlDotNet.Serialization;

namespace TraceGap.EndToEnd.Tests.Docs;

/// <summary>
/// Code blocks of the documents. Each stands in the table below with what is done with it, and a block that does not is a failure: run as it stands, read by what is to read it, or looked at by a test of another class. Command
/// lines of <c>tracegap</c> are parsed in any case (<see cref="CommandLineTests"/>).
/// </summary>
public sealed partial class CodeBlockTests
{
    private static readonly Dictionary<string, Func<CodeBlock, Task>?> Blocks = new()
    {
        // Drawings and formulas.
        ["README.md: agent system ──── OTLP ────▶ decode ─▶ inbox (durable) ─▶ assemble ─▶ layers, steps, verdicts, critical path ─▶ roll up ─▶ SQLite"] = null,
        ["docs/alerts.md: inactive ──▶ (pending) ──▶ firing ──▶ resolved          firing ──▶ stale"] = null,
        ["docs/numbers.md: observed = theoreticalPerAttempt + retries + dependence + recovered + silent        divergence = dependence + recovered + silent"] = null,

        // Run beside a server. The demo runs in the tests of the command, and all tests are what CI runs.
        ["README.md: dotnet run --project src/TraceGap -- demo     # a real agent system sends real OTLP for half a minute; then the report, beside the truth that was injected"] = NamesProjects,
        ["README.md: dotnet run --project src/TraceGap -- serve --data ./tracegap-data"] = RunAsync,
        ["docs/troubleshoot.md: tracegap ready --url http://127.0.0.1:4319 && echo ready"] = RunAsync,
        ["docs/troubleshoot.md: now=$(date +%s)"] = RunAsync,
        ["docs/troubleshoot.md: tracegap traces --window 1d"] = RunAsync,
        ["docs/troubleshoot.md: curl -s 'http://127.0.0.1:4319/api/v1/quality?window=1d'"] = RunAsync,
        ["docs/troubleshoot.md: tracegap coverage --window 1d"] = RunAsync,
        ["docs/troubleshoot.md: curl -s http://127.0.0.1:4319/metrics | grep -E '^tracegap_storage_(free|database|inbox)_bytes'"] = RunAsync,
        ["docs/troubleshoot.md: curl -s http://127.0.0.1:4319/metrics | grep -E '^tracegap_(otlp_budget_(used|limit)_bytes|traces_spilled_total|queue_size_bytes|ingest_lag_seconds|spans_paced_total)'"] = RunAsync,
        ["docs/troubleshoot.md: tracegap alerts"] = RunAsync,
        ["docs/deploy.md: mkdir -p man/man1"] = RunAsync,

        // Read by what reads them.
        ["README.md: exporters:"] = SendsToTraceGap,
        ["docs/security.md: exporters:"] = SendsToTraceGap,
        ["docs/rules.md: rules:"] = block => IsTaken(block, "rules.yaml", static path => new() { ["Rules:File"] = path }),
        ["docs/alerts.md: { \"TraceGap\": { \"Objectives\": { \"answers\": { \"Match\": \"shop/*\", \"Reliability\": \"0.99\", \"Window\": \"30d\" } } } }"] = IsConfiguration,
        ["docs/alerts.md: { \"TraceGap\": { \"Alerts\": {"] = IsConfiguration,

        // What is to be installed or run elsewhere: its shell's grammar, and that the files, projects and variables that it names are there. What it does is tested where the comment says.
        ["docs/deploy.md: dotnet pack src/TraceGap -c Release -o packages"] = NamesProjects, // ToolTests
        ["docs/deploy.md: dotnet publish src/TraceGap -c Release -r linux-x64 --self-contained -p:PublishSingleFile=true -p:DebugType=none -o out"] = IsPublishedSo, // PublishedProgram
        ["docs/deploy.md: install -m 755 out/tracegap /usr/local/bin/tracegap"] = NamesProjects, // SystemdTests
        ["docs/deploy.md: docker build -f deploy/Containerfile -t tracegap ."] = NamesProjects, // ContainerTests
        ["docs/deploy.md: kubectl create namespace tracegap"] = SetsValues, // HelmTests
        ["docs/security.md: tracegap serve --otlp-grpc 0.0.0.0:4317 --tls-certificate server.pem --tls-key server.key --ingest-token-file ingest.tokens --query-token-file query.tokens"] = NamesProjects, // SecuredPeerTests
        ["docs/security.md: export TRACEGAP_TOKEN=…"] = NamesProjects, // SecuredPeerTests
        ["docs/accuracy.md: TRACEGAP_LONG_SIMULATION=1 dotnet test tests/TraceGap.Reporting.Tests --filter FullyQualifiedName~AccuracyTests"] = FiltersFindTests,
        ["docs/alerts.md: TRACEGAP_LONG_SIMULATION=1 dotnet test tests/TraceGap.Reporting.Tests --filter FullyQualifiedName~LongSimulation --logger \"console;verbosity=detailed\""] = FiltersFindTests,
        ["tests/TraceGap.Benchmarks/README.md: dotnet run -c Release --project tests/TraceGap.Benchmarks -- AREA [--quick] [--spans N] [--rounds N]"] = NamesProjects,
        ["tests/agents/README.md: cd tests/agents/node && npm ci"] = NamesProjects, // Agents

        // TagYourSpansTests runs or compiles the programs and says which; packages by what those run with.
        ["docs/tag-your-spans.md: pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-grpc"] = NamesProjects,
        ["docs/tag-your-spans.md: npm install @opentelemetry/api @opentelemetry/resources @opentelemetry/sdk-trace-base @opentelemetry/sdk-trace-node @opentelemetry/exporter-trace-otlp-proto"] = AreInstalledWithAgents,
        ["docs/tag-your-spans.md: from opentelemetry import trace"] = IsProgramOf<TagYourSpansTests>,
        ["docs/tag-your-spans.md: const { SpanKind, trace } = require('@opentelemetry/api');"] = IsProgramOf<TagYourSpansTests>,
        ["docs/tag-your-spans.md: using System.Diagnostics;"] = IsProgramOf<TagYourSpansTests>,
        ["docs/tag-your-spans.md: import io.opentelemetry.api.common.AttributeKey;"] = IsProgramOf<TagYourSpansTests>,
        ["docs/tag-your-spans.md: package main"] = IsProgramOf<TagYourSpansTests>,
    };

    public static TheoryData<string> Names => [.. Blocks.Keys];

    [Fact]
    public void Every_block_is_in_the_table()
    {
        string[] found = [.. DocFiles.All.SelectMany(DocFiles.BlocksOf).Select(static block => block.Name).Distinct()];

        Assert.Equal([], found.Except(Blocks.Keys));
        Assert.Equal([], Blocks.Keys.Except(found));
    }

    [Fact]
    public void No_block_is_hidden_by_being_indented()
    {
        foreach (string document in DocFiles.All.Where(static file => !file.StartsWith("docs/decisions/", StringComparison.Ordinal)))
        {
            Assert.DoesNotMatch(@"(?m)^ {4}", DocFiles.ProseOf(document));
        }
    }

    [PeerTheory(Peer.Curl)]
    [MemberData(nameof(Names))]
    public async Task A_block_does_what_it_says(string name)
    {
        foreach (CodeBlock block in DocFiles.All.SelectMany(DocFiles.BlocksOf).Where(block => block.Name == name && Blocks[name] is not null))
        {
            await Blocks[name]!(block);
        }
    }

    /// <summary>Runs a shell block as it stands, beside a server at the addresses that it names, in a folder with a file of recorded spans.</summary>
    private static async Task RunAsync(CodeBlock block)
    {
        string folder = Directory.CreateTempSubdirectory("tracegap-block-").FullName;
        File.Copy(Path.Combine(PeerPaths.Root, "tests", "TraceGap.Aggregation.Tests", "Samples", "base", "traces.otlp.jsonl.gz"), Path.Combine(folder, "traces.jsonl.gz"));
        using ServerProcess server = await ServerProcess.StartAsync(Path.Combine(folder, "data"));
        string text = block.Text.Replace("127.0.0.1:4318", server.OtlpHttp.Authority, StringComparison.Ordinal).Replace("127.0.0.1:4319", server.Http.Authority, StringComparison.Ordinal);
        string programs = WritePrograms(folder, server);
        ProcessStartInfo start = new("bash", ["-c", $"set -euo pipefail\n{text}"]) { WorkingDirectory = folder, RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["PATH"] = $"{programs}:{Environment.GetEnvironmentVariable("PATH")}";
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.True(process.ExitCode == 0, $"{block.Name} ended with {process.ExitCode}: {output}{await errors}");
        Assert.NotEmpty(output);
        server.Kill();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>The command as it is installed, but that it asks this server where it would ask the one of this machine; a server is there already. A manual is looked at as a pipe does.</summary>
    private static string WritePrograms(string folder, ServerProcess server)
    {
        string programs = Directory.CreateDirectory(Path.Combine(folder, "programs")).FullName;
        Write("tracegap", $"""
            case "$1" in
                serve) exit 0 ;;
                report|compare|whatif|traces|coverage|alerts) [ -z "$(for word; do [ -f "$word" ] && echo "$word"; done)" ] && set -- "$@" --url {server.Http} ;;
            esac
            exec dotnet '{Path.Combine(AppContext.BaseDirectory, "tracegap.dll")}' "$@"
            """);
        Write("dotnet", $"""
            [ "$1 $2 $3" = "run --project src/TraceGap" ] && shift 4 && exec '{programs}/tracegap' "$@"
            PATH="${"{PATH#*:}"}" exec dotnet "$@"
            """);
        Write("man", "shift 2; cat man/man1/$1.1");
        return programs;

        void Write(string name, string script)
        {
            string file = Path.Combine(programs, name);
            File.WriteAllText(file, $"#!/bin/bash\n{script}\n");
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
    }

    private static Task SendsToTraceGap(CodeBlock block)
    {
        Dictionary<string, object> settings = new DeserializerBuilder().WithDuplicateKeyChecking().Build().Deserialize<Dictionary<string, object>>(block.Text);
        Dictionary<object, object> exporter = Map(Map(settings["exporters"])["otlp/tracegap"]);

        Assert.EndsWith($":{ServerOptions.DefaultOtlpGrpc.Split(':')[^1]}", (string)exporter["endpoint"], StringComparison.Ordinal);
        // Keys of the Collector's configgrpc and configtls.
        Assert.Empty(exporter.Keys.Cast<string>().Except(["endpoint", "tls", "headers"]));
        Assert.Empty(Map(exporter["tls"]).Keys.Cast<string>().Except(["insecure", "ca_file", "cert_file", "key_file"]));
        if (settings.TryGetValue("service", out object? service))
        {
            Assert.Equal(["otlp/tracegap"], (List<object>)Map(Map(Map(service)["pipelines"])["traces"])["exporters"]);
        }

        return Task.CompletedTask;
    }

    private static Task IsConfiguration(CodeBlock block) => IsTaken(block, "tracegap.json", static _ => []);

    private static async Task IsTaken(CodeBlock block, string name, Func<string, Dictionary<string, string?>> flags)
    {
        string folder = Directory.CreateTempSubdirectory("tracegap-block-").FullName;
        string secret = Path.Combine(folder, "hook");
        await File.WriteAllTextAsync(secret, "secret");
        string file = Path.Combine(folder, name);
        await File.WriteAllTextAsync(file, block.Text.Replace("/run/secrets/hook", secret, StringComparison.Ordinal).Replace("…", "T/B/X", StringComparison.Ordinal));

        Assert.Empty(ServerOptionsReader.Read(name.EndsWith(".json", StringComparison.Ordinal) ? file : null, flags(file), out _));
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Shell that is not run here: it is grammatical, and files and projects of the repository that it names are there.</summary>
    private static async Task NamesProjects(CodeBlock block)
    {
        await PeerRun.OutputAsync("bash", "-n", "-c", block.Text);
        Assert.All(RepositoryPath().Matches(block.Text).Select(static match => match.Value), static path => Assert.True(Path.Exists(Path.Combine(PeerPaths.Root, path)), path));
        Assert.All(Variable().Matches(block.Text).Select(static match => match.Groups[1].Value.Replace("__", ":", StringComparison.Ordinal)), static key => Assert.Contains(key, ServerOptionsReader.Keys, StringComparer.OrdinalIgnoreCase));
    }

    private static async Task SetsValues(CodeBlock block)
    {
        await NamesProjects(block);
        JsonNode schema = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(HelmChart.Folder, "values.schema.json")))!;
        string[] values = [.. Regex.Matches(block.Text, @"--set (\S+?)=").Select(static match => match.Groups[1].Value)];
        Assert.NotEmpty(values);
        Assert.All(values, value => Assert.NotNull(value.Split('.').Aggregate((JsonNode?)schema, static (at, name) => at?["properties"]?[name])));
    }

    private static async Task IsPublishedSo(CodeBlock block)
    {
        await NamesProjects(block);
        string container = Regex.Match(Containerfile.Text, "dotnet publish (.*?) -o /app").Groups[1].Value;
        // The container has the page from another stage.
        Assert.Equal(container.Replace("\"$rid\"", "linux-x64", StringComparison.Ordinal).Replace(" -p:BuildPage=false", "", StringComparison.Ordinal), Regex.Match(block.Text, "dotnet publish (.*?) -o out").Groups[1].Value);
    }

    private static async Task FiltersFindTests(CodeBlock block)
    {
        await NamesProjects(block);
        Match match = Regex.Match(block.Text, @"dotnet test (\S+) --filter FullyQualifiedName~(\w+)");
        Assert.Contains(Directory.EnumerateFiles(Path.Combine(PeerPaths.Root, match.Groups[1].Value), "*.cs", SearchOption.AllDirectories), file => File.ReadAllText(file).Contains(match.Groups[2].Value, StringComparison.Ordinal));
    }

    private static Task AreInstalledWithAgents(CodeBlock block)
    {
        string package = File.ReadAllText(Path.Combine(PeerPaths.AgentsFolder, "package.json"));
        Assert.All(block.Text.Trim().Split(' ')[2..], name => Assert.Contains($"\"{name}\":", package, StringComparison.Ordinal));
        return Task.CompletedTask;
    }

    private static Task IsProgramOf<TTests>(CodeBlock block)
    {
        Assert.Single(DocFiles.BlocksOf(block.File), other => other.Language == block.Language);
        Assert.Contains(typeof(TTests).GetMethods(), method => method.Name.Contains(block.Language switch { "js" => "javascript", "csharp" => "dotnet", _ => block.Language }, StringComparison.Ordinal));
        return Task.CompletedTask;
    }

    private static Dictionary<object, object> Map(object value) => (Dictionary<object, object>)value;

    [GeneratedRegex(@"(?<![\w./-])(?:src|tests|deploy)/[\w./-]+")]
    private static partial Regex RepositoryPath();

    [GeneratedRegex(@"TRACEGAP__(\w+)")]
    private static partial Regex Variable();
}
