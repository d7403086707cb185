using System.Diagnostics;
using TraceGap.EndToEnd.Tests.Durability;
using TraceGap.Server.Page;

namespace TraceGap.EndToEnd.Tests.Peers;

/// <summary>Where the peers are, and what to do where they are not.</summary>
internal static class PeerPaths
{
    /// <summary>Debian's interpreter: the one that has Debian's packages, whatever else is first on the path.</summary>
    public const string Python = "/usr/bin/python3";

    public const string Node = "node";

    public const string Protoc = "protoc";

    public const string Promtool = "promtool";

    public const string Prometheus = "prometheus";

    public const string Alertmanager = "prometheus-alertmanager";

    public const string Amtool = "amtool";

    public const string Curl = "curl";

    public const string Javac = "javac";

    public const string Shell = "/bin/sh";

    public const string Chromium = "/usr/bin/chromium";

    private static readonly Lazy<string?> PythonProblem = new(() =>
        Runs(Python, "-c", "import grpc, google.protobuf") && Runs(Protoc, "--version") ? null : "needs apt's python3-grpcio, python3-protobuf, protobuf-compiler and libprotobuf-dev");

    private static readonly Lazy<string?> PrometheusProblem = new(() =>
        Runs(Promtool, "--version") && Runs(Python, "-c", "import prometheus_client.openmetrics.parser") ? null : "needs apt's prometheus and python3-prometheus-client");

    private static readonly Lazy<string?> MonitoringProblem = new(static () =>
        Runs(Prometheus, "--version") && Runs(Promtool, "--version") && Runs(Alertmanager, "--version") && Runs(Amtool, "--version") ? null : "needs apt's prometheus and prometheus-alertmanager");

    private static readonly Lazy<string?> NodeProblem = new(() =>
        Runs(Node, "--version") && Directory.Exists(Path.Combine(NodeFolder, "node_modules", "@opentelemetry", "exporter-trace-otlp-proto"))
            ? null
            : "needs Node, and `npm ci` in tests/TraceGap.EndToEnd.Tests/Peers/node");

    private static readonly Lazy<string?> CurlProblem = new(() => Runs(Curl, "--version") && Runs("gzip", "--version") ? null : "needs curl and gzip");

    private static readonly Lazy<string?> GccProblem = new(static () => Runs("gcc", "--version") ? null : "needs gcc and libc's headers, on Linux");

    private static readonly Lazy<string?> MountProblem = new(static () => SmallDisk.IsPermitted() ? null : "needs the right to mount a tmpfs");

    private static readonly Lazy<string?> BrowserProblem = new(static () =>
        !PageFiles.Built.IsBuilt ? "needs the page, which is built where Node 20 is"
        : Runs(Chromium, "--version") ? null
        : "needs apt's chromium");

    private static readonly Lazy<string?> SystemdProblem = new(static () => Runs("systemd-analyze", "--version") ? null : "needs apt's systemd");

    private static readonly Lazy<string?> ConfinementProblem = new(static () =>
        Environment.UserName == "root" && Runs("bwrap", "--ro-bind", "/", "/", "--proc", "/proc", "--unshare-ipc", "true") && Runs("strace", "-o", "/dev/null", "true") && Runs("setpriv", "--version")
            ? null
            : "needs root, and apt's bubblewrap, strace and util-linux");

    private static readonly Lazy<string?> ShellsProblem = new(static () =>
        Runs("bash", "--version") && Runs("zsh", "--version") && Runs("fish", "--version") ? null : "needs apt's zsh and fish");

    private static readonly Lazy<string?> PageToolsProblem = new(() =>
        Runs(Node, "--version") && Directory.Exists(Path.Combine(PageFolder, "node_modules", "vitest")) ? null : "needs Node, and `npm ci` in src/TraceGap.Page");

    private static readonly Lazy<string?> AgentsProblem = new(() =>
        Runs(Node, "--version") && Directory.Exists(Path.Combine(AgentsFolder, "node_modules", "@langchain", "langgraph")) ? null : "needs Node, and `npm ci` in tests/agents/node");

    private static readonly Lazy<string?> GoProblem = new(static () =>
        Runs("go", "version") && Directory.Exists("/usr/share/gocode/src/github.com/Masterminds/sprig") && Directory.Exists("/usr/share/gocode/src/github.com/xeipuuv/gojsonschema")
            && Directory.Exists("/usr/share/gocode/src/sigs.k8s.io/yaml") && Directory.Exists("/usr/share/gocode/src/go.opentelemetry.io/otel")
            ? null
            : "needs apt's golang-go, golang-github-masterminds-sprig-dev, golang-github-xeipuuv-gojsonschema-dev, golang-k8s-sigs-yaml-dev and golang-opentelemetry-otel-dev");

    private static readonly Lazy<string?> JavaProblem = new(static () => Runs(Javac, "-version") ? null : "needs apt's default-jdk-headless");

    private static readonly Lazy<string?> HelmProblem = new(static () => Runs("helm", "version") ? null : "needs helm");

    private static readonly Lazy<string?> ManualProblem = new(static () => Runs("groff", "--version") && File.Exists("/usr/bin/mandoc") ? null : "needs apt's groff-base and mandoc");

    /// <summary>The repository.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>What people run TraceGap with.</summary>
    public static string Deploy => Path.Combine(Root, "deploy");

    public static string Protos => Path.Combine(Root, "protos");

    public static string Peers => Path.Combine(Root, "tests", "TraceGap.EndToEnd.Tests", "Peers");

    public static string NodeFolder => Path.Combine(Peers, "node");

    /// <summary>The page's sources.</summary>
    public static string PageFolder => Path.Combine(Root, "src", "TraceGap.Page");

    /// <summary>The agents on Node.</summary>
    public static string AgentsFolder => Path.Combine(Root, "tests", "agents", "node");

    public static string PythonFolder => Path.Combine(Peers, "python");

    /// <summary>Why <paramref name="peer"/> cannot be run here; null if it can.</summary>
    public static string? Problem(Peer peer) => peer switch
    {
        Peer.Python => PythonProblem.Value,
        Peer.Node => NodeProblem.Value,
        Peer.Prometheus => PrometheusProblem.Value,
        Peer.Monitoring => MonitoringProblem.Value,
        Peer.Curl => CurlProblem.Value,
        Peer.Gcc => GccProblem.Value,
        Peer.Browser => BrowserProblem.Value,
        Peer.PageTools => PageToolsProblem.Value,
        Peer.Agents => AgentsProblem.Value,
        Peer.Systemd => SystemdProblem.Value,
        Peer.Confinement => ConfinementProblem.Value,
        Peer.Shells => ShellsProblem.Value,
        Peer.Go => GoProblem.Value,
        Peer.Java => JavaProblem.Value,
        Peer.Helm => HelmProblem.Value,
        Peer.Manual => ManualProblem.Value,
        _ => MountProblem.Value,
    };

    private static bool Runs(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "TraceGap.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException($"No TraceGap.sln above {AppContext.BaseDirectory}.");
    }
}
