using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace TraceGap.Benchmarks.Processes;

/// <summary>A server in a process of its own, with the runtime settings that the command <c>tracegap</c> ships with, so that what it costs is counted apart from the load.</summary>
internal sealed class MeasuredProcess : IAsyncDisposable
{
    private readonly Process _process;

    private MeasuredProcess(Process process) => _process = process;

    /// <summary>Where it listens.</summary>
    public required HostAddresses Addresses { get; init; }

    /// <summary>Id of the process, for tools that attach to it.</summary>
    public int Id => _process.Id;

    /// <summary>Starts the server.</summary>
    /// <param name="folder">Its data folder.</param>
    /// <param name="settings">Further configuration, <c>Key=value</c>.</param>
    public static Task<MeasuredProcess> StartServerAsync(string folder, params string[] settings) =>
        StartAsync([MeasuredRole.Server, $"Data={folder}", "OtlpGrpc=127.0.0.1:0", "OtlpHttp=127.0.0.1:0", "Http=127.0.0.1:0", .. settings]);

    /// <summary>Starts the host that discards.</summary>
    public static Task<MeasuredProcess> StartDiscardAsync() => StartAsync([MeasuredRole.Discard]);

    /// <summary>What it says about itself.</summary>
    public Task<ProcessFigures> FiguresAsync() => AskAsync("figures");

    /// <summary>The same after a full garbage collection.</summary>
    public Task<ProcessFigures> CollectAsync() => AskAsync("collect");

    /// <summary>Stops the server in order; all that was in flight is stored then.</summary>
    public async Task StopAsync()
    {
        await AskAsync("stop");
        await _process.WaitForExitAsync();
        if (_process.ExitCode != 0)
        {
            throw new InvalidOperationException($"the measured process ended with {_process.ExitCode}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static async Task<MeasuredProcess> StartAsync(string[] arguments)
    {
        string folder = AppContext.BaseDirectory;
        ProcessStartInfo start = new(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,

            // A folder without an appsettings.json.
            WorkingDirectory = folder,
        };
        string[] command =
        [
            "exec", "--runtimeconfig", Path.Combine(folder, "tracegap.runtimeconfig.json"), "--depsfile", Path.Combine(folder, "TraceGap.Benchmarks.deps.json"),
            Path.Combine(folder, "TraceGap.Benchmarks.dll"), MeasuredRole.Name,
        ];
        foreach (string argument in command.Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }

        Process process = Process.Start(start) ?? throw new InvalidOperationException("the measured process did not start");
        return new MeasuredProcess(process) { Addresses = await ReadAsync<HostAddresses>(process) };
    }

    private async Task<ProcessFigures> AskAsync(string question)
    {
        await _process.StandardInput.WriteLineAsync(question);
        await _process.StandardInput.FlushAsync();
        return await ReadAsync<ProcessFigures>(_process);
    }

    private static async Task<T> ReadAsync<T>(Process process) =>
        await process.StandardOutput.ReadLineAsync() is string line && JsonSerializer.Deserialize<T>(line) is T answer
            ? answer
            : throw new InvalidOperationException("the measured process ended without an answer");
}
