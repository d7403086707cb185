using TraceGap.Commands;

namespace TraceGap.Tests.Commands;

public sealed class UsageTests
{
    [Theory]
    [InlineData("tracegap: Required command was not provided. Try 'tracegap --help'.")]
    [InlineData("tracegap: unknown command or option 'reprot'. Try 'tracegap --help'.", "reprot")]
    [InlineData("tracegap report: '1x' is no duration; write 30m, 1h or 7d. Try 'tracegap report --help'.", "report", "--window", "1x")]
    [InlineData("tracegap report: 'localhost' is no http or https address. Try 'tracegap report --help'.", "report", "--url", "localhost")]
    [InlineData("tracegap report: Argument 'xml' not recognized. Must be one of: 'table' 'json' 'csv' Try 'tracegap report --help'.", "report", "--format", "xml")]
    [InlineData("tracegap report: unknown command or option '--windw'. Try 'tracegap report --help'.", "report", "--windw")]
    [InlineData("tracegap analyze: Required argument 'FILE' missing for command: 'analyze'. Try 'tracegap analyze --help'.", "analyze")]
    [InlineData("tracegap analyze: 'xyz' is no trace id; it has 32 hexadecimal digits. Try 'tracegap analyze --help'.", "analyze", "f", "--trace", "xyz")]
    [InlineData("tracegap analyze: unknown option '--tarce'. Try 'tracegap analyze --help'.", "analyze", "f", "--tarce")]
    [InlineData("tracegap analyze: A trace is no flat table; use --format table or json with --trace.", "analyze", "f", "--trace", "4bf92f3577b34da6a3ce929d0e0e4736", "--format", "csv")]
    [InlineData("tracegap costs: --prices is for recorded spans; a server has its prices in its configuration. Try 'tracegap costs --help'.", "costs", "--prices", "p.json")]
    [InlineData("tracegap costs: --window is for a server; of recorded spans all are shown. Try 'tracegap costs --help'.", "costs", "a.jsonl", "--window", "1h")]
    [InlineData("tracegap costs: unknown option '--widnow'. Try 'tracegap costs --help'.", "costs", "--widnow")]
    [InlineData("tracegap completion: Argument 'tcsh' not recognized. Must be one of: 'bash' 'zsh' 'fish' Try 'tracegap completion --help'.", "completion", "tcsh")]
    [InlineData("tracegap coverage: --rules is for recorded spans; a server has its rules in its configuration. Try 'tracegap coverage --help'.", "coverage", "--rules", "r.yaml")]
    [InlineData("tracegap explain-layer: name files of recorded spans, or a trace of a server with --trace. Try 'tracegap explain-layer --help'.", "explain-layer")]
    [InlineData("tracegap explain-layer: 'xyz' is no span id; it has 16 hexadecimal digits. Try 'tracegap explain-layer --help'.", "explain-layer", "f", "--span", "xyz")]
    [InlineData("tracegap demo: --seconds is a whole number from 1 to 3600, not 0. Try 'tracegap demo --help'.", "demo", "--seconds", "0")]
    [InlineData("tracegap traces: --limit is a whole number from 1 to 1000, not 0. Try 'tracegap traces --help'.", "traces", "--limit", "0")]
    public async Task A_wrong_command_line_is_told_in_one_line_with_a_hint(string message, params string[] args)
    {
        CommandRun run = await CommandRun.OfAsync(args);

        Assert.Equal(ExitCodes.WrongUsage, run.ExitCode);
        Assert.StartsWith(message, run.Error, StringComparison.Ordinal);
        Assert.Equal(1, run.Error.Count(static character => character == '\n'));
        Assert.Empty(run.Out);
    }

    [Fact]
    public async Task A_server_with_a_bad_address_is_told_the_key_to_set()
    {
        CommandRun run = await CommandRun.OfAsync("serve", "--http", "nowhere", "--otlp-grpc", "here");

        Assert.Equal(ExitCodes.WrongUsage, run.ExitCode);
        Assert.Equal(2, run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("nowhere", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_not_ready()
    {
        CommandRun run = await CommandRun.OfAsync("ready", "--url", "http://127.0.0.1:1");

        Assert.Equal(ExitCodes.Unreadable, run.ExitCode);
        Assert.StartsWith("tracegap: cannot reach http://127.0.0.1:1/readyz", run.Error, StringComparison.Ordinal);
    }
}
