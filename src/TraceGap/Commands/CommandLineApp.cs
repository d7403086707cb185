using System.CommandLine;
using System.CommandLine.Parsing;

namespace TraceGap.Commands;

/// <summary>The command <c>tracegap</c>: its subcommands, and how a wrong command line is told.</summary>
internal static class CommandLineApp
{
    /// <summary>Time that a server has to drain after Ctrl-C or SIGTERM.</summary>
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(30);

    /// <summary>Runs a command line.</summary>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, Terminal terminal, CancellationToken stop = default)
    {
        ParseResult parsed = Compose(terminal).Parse(args);
        if (parsed.Errors.Count > 0)
        {
            return TellUsage(parsed, terminal);
        }

        InvocationConfiguration invocation = new()
        {
            Output = terminal.Out,
            Error = terminal.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = DrainTime,
        };
        return await parsed.InvokeAsync(invocation, stop);
    }

    /// <summary>The command with all that is below it.</summary>
    public static RootCommand Compose(Terminal terminal)
    {
        RootCommand root = new("Find where an AI agent system loses time and reliability, from its OpenTelemetry traces.")
        {
            ServeCommand.New(terminal),
            DemoCommand.New(terminal),
            ReportCommand.New(terminal),
            CompareCommand.New(terminal),
            ConcurrencyCommand.New(terminal),
            DependenceCommand.New(terminal),
            SensitivityCommand.New(terminal),
            AnalyzeCommand.New(terminal),
            WhatIfCommand.New(terminal),
            CostsCommand.New(terminal),
            CoverageCommand.New(terminal),
            ExplainLayerCommand.New(terminal),
            TracesCommand.New(terminal),
            AlertsCommand.New(terminal),
            ReadyCommand.New(terminal),
            CompletionCommand.New(terminal),
            HelpCommand.New(terminal),
        };
        HelpCommand.Replace(root, terminal);
        return root;
    }

    private static int TellUsage(ParseResult parsed, Terminal terminal)
    {
        List<string> path = [];
        for (SymbolResult? at = parsed.CommandResult; at is CommandResult { Command: not RootCommand } command; at = command.Parent)
        {
            path.Insert(0, command.Command.Name);
        }

        string name = string.Join(' ', path.Prepend("tracegap"));
        // What was not understood says more than what is missing because of it.
        string message = parsed.UnmatchedTokens is [string unknown, ..]
            ? $"unknown command or option '{unknown}'."
            : string.Join(' ', parsed.Errors[0].Message.Split((char[])['\r', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries));
        terminal.Error.WriteLine($"{name}: {message} Try '{name} --help'.");
        return ExitCodes.WrongUsage;
    }
}
