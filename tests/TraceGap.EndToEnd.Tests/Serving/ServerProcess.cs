using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace TraceGap.EndToEnd.Tests.Serving;

/// <summary>A real <c>tracegap serve</c> in a process of its own, on free ports, that can be killed at any moment and started again on the same folder.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, Uri otlpGrpc, Uri http)
    {
        _process = process;
        OtlpGrpc = otlpGrpc;
        Http = http;
    }

    /// <summary>Where OTLP/gRPC is served.</summary>
    public Uri OtlpGrpc { get; }

    /// <summary>Where the query API is served.</summary>
    public Uri Http { get; }

    /// <summary>Starts the server and waits until it is ready.</summary>
    /// <param name="dataFolder">Its data folder.</param>
    /// <param name="settings">Environment variables beside the addresses, without their prefix.</param>
    public static async Task<ServerProcess> StartAsync(string dataFolder, params (string Key, string Value)[] settings)
    {
        int grpc = FreePort();
        int http = FreePort();
        ProcessStartInfo start = new("dotnet")
        {
            ArgumentList =
            {
                Path.Combine(AppContext.BaseDirectory, "tracegap.dll"), "serve", "--data", dataFolder,
                "--otlp-grpc", $"127.0.0.1:{grpc}", "--http", $"127.0.0.1:{http}",
            },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string key, string value) in settings)
        {
            start.Environment[$"TRACEGAP__{key}"] = value;
        }

        Process process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        System.Text.StringBuilder errors = new();
        process.ErrorDataReceived += (_, line) => errors.AppendLine(line.Data);
        process.BeginErrorReadLine();
        ServerProcess server = new(process, new Uri($"http://127.0.0.1:{grpc}"), new Uri($"http://127.0.0.1:{http}"));
        await Poll.UntilAsync(
            async client => !process.HasExited && (await client.GetAsync(new Uri(server.Http, "/readyz"))).IsSuccessStatusCode,
            () => $"the server did not get ready: {errors}");
        return server;
    }

    /// <summary>Ends the process as <c>kill -9</c> does.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
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
}
