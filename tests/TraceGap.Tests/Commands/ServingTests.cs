using System.Text.RegularExpressions;
using TraceGap.Commands;

namespace TraceGap.Tests.Commands;

/// <summary>The commands that run a real server, on free ports.</summary>
public sealed class ServingTests : IDisposable
{
    private static readonly string[] FreePorts = ["--otlp-grpc", "127.0.0.1:0", "--otlp-http", "127.0.0.1:0", "--http", "127.0.0.1:0"];

    private readonly string _folder = Directory.CreateTempSubdirectory("tracegap-serving-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_server_says_where_it_is_answers_there_and_ends_well_when_stopped()
    {
        using CancellationTokenSource stop = new();
        await using WatchedWriter output = new("Ctrl-C");
        using StringWriter error = new() { NewLine = "\n" };

        Task<int> serving = RunAsync(output, error, ["serve", "--data", _folder, .. FreePorts], stop.Token);
        Assert.Same(output.Came, await Task.WhenAny(output.Came, serving));
        string url = Regex.Match(output.ToString(), "--url (http://[0-9.:]+)").Groups[1].Value;
        CommandRun report = await CommandRun.OfAsync("report", "--url", url);
        CommandRun traces = await CommandRun.OfAsync("traces", "--url", url);
        CommandRun whatIf = await CommandRun.OfAsync("whatif", "--url", url, "--scale", "inference=0.5");
        CommandRun trace = await CommandRun.OfAsync("traces", new string('7', 32), "--url", url);
        await stop.CancelAsync();

        Assert.Equal(ExitCodes.Fine, await serving);
        Assert.Contains("stopping", error.ToString(), StringComparison.Ordinal);
        Assert.Contains(Path.GetFullPath(_folder), output.ToString(), StringComparison.Ordinal);
        Assert.Contains("no traces", report.Out, StringComparison.Ordinal);
        Assert.Equal("No traces.\n", traces.Out);
        Assert.Contains("no ok or failed traces", whatIf.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Unreadable, trace.ExitCode);
    }

    [Fact]
    public async Task A_folder_or_an_address_that_is_taken_is_told_in_one_line()
    {
        using CancellationTokenSource stop = new();
        await using WatchedWriter output = new("Ctrl-C");
        Task<int> serving = RunAsync(output, TextWriter.Null, ["serve", "--data", Path.Combine(_folder, "a"), .. FreePorts], stop.Token);
        Assert.Same(output.Came, await Task.WhenAny(output.Came, serving));
        string taken = Regex.Match(output.ToString(), "OTLP/gRPC +([0-9.:]+)").Groups[1].Value;

        CommandRun sameFolder = await CommandRun.OfAsync(["serve", "--data", Path.Combine(_folder, "a"), .. FreePorts]);
        CommandRun sameAddress = await CommandRun.OfAsync("serve", "--data", Path.Combine(_folder, "b"), "--otlp-grpc", taken, "--otlp-http", "127.0.0.1:0", "--http", "127.0.0.1:0");
        await stop.CancelAsync();

        Assert.Equal(ExitCodes.Fine, await serving);
        Assert.All(
            [(sameFolder, _folder), (sameAddress, taken)],
            static run =>
            {
                Assert.Equal(ExitCodes.Unreadable, run.Item1.ExitCode);
                Assert.StartsWith("tracegap: cannot start: ", run.Item1.Error, StringComparison.Ordinal);
                Assert.Contains(run.Item2, run.Item1.Error, StringComparison.Ordinal);
                Assert.Equal(1, run.Item1.Error.Count(static character => character == '\n'));
            });
    }

    [Fact]
    public async Task The_demo_reports_exactly_what_its_agents_did()
    {
        CommandRun run = await CommandRun.OfAsync("demo", "--once", "--seconds", "1", "--rate", "150");

        Assert.True(run.ExitCode == ExitCodes.Fine, run.Out + run.Error);
        Assert.Matches("\ntraces +150 +150  ✓\n", run.Out);
        Match counts = Regex.Match(run.Out, "\n([0-9]+) of ([0-9]+) counts, by layer and by step, equal the truth");
        Assert.True(counts.Success && counts.Groups[1].Value == counts.Groups[2].Value, run.Out);
    }

    private static Task<int> RunAsync(TextWriter output, TextWriter error, IReadOnlyList<string> args, CancellationToken stop) =>
        CommandLineApp.RunAsync(
            args,
            new Terminal { Out = output, Error = error, Console = Terminal.PlainConsole(output, 120), OpenInput = static () => Stream.Null },
            stop);
}
