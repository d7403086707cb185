using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace TraceGap.EndToEnd.Tests.Serving;

/// <summary>A real <c>tracegap serve</c> in a process of its own, on free ports, that can be killed at any moment and started again on the same folder.</summary>
internal sealed partial class ServerProcess : IDisposable
{
    private const string OwnAddress = "{otlp-grpc}";

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _errors = [];
    private readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Uri> _addresses = [];

    private ServerProcess(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => ReadLine(line.Data);
        _process.ErrorDataReceived += (_, line) => _errors.Enqueue(line.Data ?? "");
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Where OTLP/gRPC is served.</summary>
    public Uri OtlpGrpc => _addresses[0];

    /// <summary>Where OTLP/HTTP is served.</summary>
    public Uri OtlpHttp => _addresses[1];

    /// <summary>Where the query API is served.</summary>
    public Uri Http => _addresses[2];

    /// <summary>Lines that it wrote as errors and warnings.</summary>
    public IReadOnlyList<string> Errors => [.. _errors.Where(static line => line.Length > 0)];

    public bool HasExited => _process.HasExited;

    /// <summary>How the process that has ended did.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>The most memory that the process ever had resident, bytes.</summary>
    public long PeakMemoryBytes
    {
        get
        {
            _process.Refresh();
            return _process.PeakWorkingSet64;
        }
    }

    /// <summary>Starts the server and waits until it is ready.</summary>
    /// <param name="dataFolder">Its data folder.</param>
    /// <param name="settings">Environment variables beside the addresses: those of OpenTelemetry as they are, others without their prefix. <c>{otlp-grpc}</c> stands for the server's own address.</param>
    public static async Task<ServerProcess> StartAsync(string dataFolder, params (string Key, string Value)[] settings)
    {
        ServerProcess server = Launch(dataFolder, settings);
        await server.UntilReadyAsync();
        return server;
    }

    /// <summary>Starts the server and waits for nothing.</summary>
    public static ServerProcess Launch(string dataFolder, params (string Key, string Value)[] settings)
    {
        // The server takes free ports and says which; only where it must know its own address beforehand one is chosen for it.
        int grpc = settings.Any(static setting => setting.Value.Contains(OwnAddress, StringComparison.Ordinal)) ? FreePort() : 0;
        ProcessStartInfo start = new("dotnet")
        {
            ArgumentList =
            {
                Path.Combine(AppContext.BaseDirectory, "tracegap.dll"), "serve", "--data", dataFolder,
                "--otlp-grpc", $"127.0.0.1:{grpc}", "--otlp-http", "127.0.0.1:0", "--http", "127.0.0.1:0",
            },
        };
        foreach ((string key, string value) in settings)
        {
            string variable = key.StartsWith("OTEL_", StringComparison.Ordinal) ? key : $"TRACEGAP__{key}";
            start.Environment[variable] = value.Replace(OwnAddress, $"http://127.0.0.1:{grpc}", StringComparison.Ordinal);
        }

        return new ServerProcess(start);
    }

    /// <summary>Starts another program that tells its addresses in the same lines.</summary>
    public static ServerProcess Launch(ProcessStartInfo start) => new(start);

    /// <summary>Waits until spans are taken and what a run before left is taken up.</summary>
    public async Task UntilReadyAsync()
    {
        await UntilListeningAsync();
        await Poll.UntilAsync(
            async client => _process.HasExited || (await client.GetAsync(new Uri(Http, "/readyz"))).IsSuccessStatusCode,
            () => $"the server did not get ready: {string.Join('\n', Errors)}");
        Assert.False(_process.HasExited, $"the server ended: {string.Join('\n', Errors)}");
    }

    /// <summary>Waits until the server says where it listens.</summary>
    public async Task UntilListeningAsync()
    {
        await Task.WhenAny(_listening.Task, _process.WaitForExitAsync());
        Assert.True(_listening.Task.IsCompleted, $"the server ended with {(_process.HasExited ? _process.ExitCode : 0)}: {string.Join('\n', Errors)}");
    }

    /// <summary>Waits until the process has ended by itself.</summary>
    public Task UntilExitAsync() => _process.WaitForExitAsync();

    /// <summary>Ends the process as <c>kill -9</c> does.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Asks the process to end, as <c>kill</c> does.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        using (Process kill = Process.Start("kill", ["-TERM", _process.Id.ToString()]))
        {
            await kill.WaitForExitAsync();
        }

        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void ReadLine(string? line)
    {
        if (line is not null && Address().Match(line) is { Success: true } match && _addresses.Count < 3)
        {
            _addresses.Add(new Uri($"http://{match.Groups[1].Value}"));
            if (_addresses.Count == 3)
            {
                _listening.SetResult();
            }
        }
    }

    [GeneratedRegex("^  (?:OTLP/gRPC|OTLP/HTTP|query API) .*?(127\\.0\\.0\\.1:[0-9]+)")]
    private static partial Regex Address();
}
