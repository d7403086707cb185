using System.Diagnostics;

namespace TraceGap.EndToEnd.Tests.Serving;

/// <summary>One run of the command <c>tracegap</c> in a process of its own.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">What it printed.</param>
/// <param name="Errors">What it printed as errors.</param>
internal sealed record CommandRun(int ExitCode, string Output, string Errors)
{
    /// <summary>Runs the command to its end.</summary>
    public static async Task<CommandRun> OfAsync(params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, "tracegap.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new CommandRun(process.ExitCode, await output, await errors);
    }
}
