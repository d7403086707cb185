using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Spectre.Console;
using TraceGap.Remote;
using TraceGap.Rendering;
using TraceGap.Reporting.Traces;

namespace TraceGap.Commands;

/// <summary><c>tracegap traces</c>: the traces of a running server, as a list or one of them as a tree.</summary>
internal static class TracesCommand
{
    private static readonly Argument<string?> Id = new("ID")
    {
        Description = "A trace id: show this trace as a tree with its critical path.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly AccessOptions Access = new();
    private static readonly Option<string> Window = SharedOptions.NewWindow();
    private static readonly Option<string?> Workflow = SharedOptions.NewWorkflow();
    private static readonly Option<string?> Outcome = NewOutcome();
    private static readonly Option<string?> Layer = new("--layer") { Description = "Only traces that failed of their own in this layer.", HelpName = "LAYER" };
    private static readonly Option<string?> MinDuration = new("--min-duration") { Description = "Only traces that took at least so long: 500ms, 2s.", HelpName = "DURATION" };
    private static readonly Option<int> Limit = WholeNumber.New("--limit", "At most so many.", standard: 20, least: 1, most: 1000);
    private static readonly Option<bool> Json = new("--json") { Description = "The JSON of the query API instead of a table." };

    public static Command New(Terminal terminal)
    {
        Command command = new("traces", "List the traces of a running server, newest first, or show one.")
        {
            Id, Window, Workflow, Outcome, Layer, MinDuration, Limit, Json,
        };
        Access.AddTo(command);
        command.SetAction((parsed, stop) => RunAsync(parsed, terminal, stop));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken stop)
    {
        if (Access.Read(parsed, out ServerAccess access) is string wrong)
        {
            return terminal.Fail(ExitCodes.WrongUsage, wrong);
        }

        using QueryClient client = new(Access.Server(parsed), access);
        string? id = parsed.GetValue(Id);
        ServerAnswer answer = id is null ? await ListAsync(client, parsed, stop) : await client.GetAsync($"api/v1/traces/{Uri.EscapeDataString(id)}", stop);
        if (answer.Problem is string problem)
        {
            return terminal.Fail(ExitCodes.Unreadable, problem);
        }

        if (parsed.GetValue(Json))
        {
            terminal.Out.WriteLine(Encoding.UTF8.GetString(answer.Body));
            return ExitCodes.Fine;
        }

        try
        {
            Write(terminal.Console, answer.Body, isList: id is null);
            return ExitCodes.Fine;
        }
        catch (JsonException)
        {
            return terminal.Fail(ExitCodes.Unreadable, $"{Access.Server(parsed)}: the answer is none of this version of TraceGap");
        }
    }

    private static Task<ServerAnswer> ListAsync(QueryClient client, ParseResult parsed, CancellationToken stop) => client.GetAsync(
        "api/v1/traces",
        stop,
        ("window", parsed.GetValue(Window)),
        ("workflow", parsed.GetValue(Workflow)),
        ("outcome", parsed.GetValue(Outcome)),
        ("layer", parsed.GetValue(Layer)),
        ("minDuration", parsed.GetValue(MinDuration)),
        ("limit", parsed.GetValue(Limit).ToString(CultureInfo.InvariantCulture)));

    private static void Write(IAnsiConsole console, byte[] body, bool isList)
    {
        if (isList)
        {
            TraceListView.Write(console, TraceAnswers.ReadList(body));
        }
        else
        {
            TraceView.Write(console, TraceAnswers.ReadTrace(body));
        }
    }

    private static Option<string?> NewOutcome()
    {
        Option<string?> option = new("--outcome") { Description = "Only traces of this outcome." };
        option.AcceptOnlyFromAmong("ok", "failed", "cancelled", "unknown", "open");
        return option;
    }
}
