using System.Diagnostics;
using System.Text.Json;

namespace TraceGap.EndToEnd.Tests.Peers;

/// <summary>What a peer says the server answered.</summary>
/// <param name="Code">Name of the gRPC status, or number of the HTTP status.</param>
/// <param name="Details">The status's text, or the partial success's.</param>
/// <param name="Partial">Partial success is set.</param>
/// <param name="Rejected">Rejected spans.</param>
/// <param name="RetryDelay">Seconds to wait; null if the server said nothing about it.</param>
/// <param name="Answered">Calls that were answered as expected, where there were several.</param>
internal sealed record PeerAnswer(string Code, string? Details, bool Partial, int Rejected, double? RetryDelay, int Answered);

/// <summary>Runs a peer once.</summary>
internal static class PeerRun
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Runs a program that prints a <see cref="PeerAnswer"/>.</summary>
    public static async Task<PeerAnswer> AskAsync(string program, params string[] arguments) =>
        JsonSerializer.Deserialize<PeerAnswer>(await OutputAsync(program, arguments), Json)!;

    /// <summary>Runs a program that prints a <see cref="PeerAnswer"/> for every scenario.</summary>
    public static async Task<Dictionary<string, PeerAnswer>> AskAllAsync(string program, params string[] arguments) =>
        JsonSerializer.Deserialize<Dictionary<string, PeerAnswer>>(await OutputAsync(program, arguments), Json)!;

    /// <summary>Runs a program to its end.</summary>
    /// <returns>What it printed.</returns>
    public static Task<string> OutputAsync(string program, params string[] arguments) => OutputAsync(TimeSpan.FromMinutes(2), program, arguments);

    /// <summary>Runs a program to its end, which is hopeless after <paramref name="limit"/>.</summary>
    /// <returns>What it printed.</returns>
    public static async Task<string> OutputAsync(TimeSpan limit, string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using CancellationTokenSource hopeless = new(limit);
        using Process process = Process.Start(start)!;
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(hopeless.Token);
            Task<string> errors = process.StandardError.ReadToEndAsync(hopeless.Token);
            await process.WaitForExitAsync(hopeless.Token);
            Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await output}{await errors}");
            return await output;
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
