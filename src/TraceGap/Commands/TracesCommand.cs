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
    private static readonly Option<string?> Step = new("--step") { Description = "Only traces that failed of their own in this step: its key (service/layer/operation), or 'silent' for no step to blame.", HelpName = "STEP" };
    private static readonly Option<string?> ErrorType = new("--error-type") { Description = "Only traces that failed with this error type.", HelpName = "TYPE" };
    private static readonly Option<string?> MinDuration = new("--min-duration") { Description = "Only traces that took at least so long: 500ms, 2s.", HelpName = "DURATION" };
    private static readonly Option<string?> MaxDuration = new("--max-duration") { Description = "Only traces that took at most so long.", HelpName = "DURATION" };
    private static readonly Option<string[]> Attribute = new("--attribute") { Description = "Only traces with this attribute on a span, its scope or its resource; may be given several times.", HelpName = "KEY=VALUE" };
    private static readonly Option<int> Limit = WholeNumber.New("--limit", "At most so many.", standard: 20, least: 1, most: 1000);
    private static readonly Option<bool> Json = new("--json") { Description = "The JSON of the query API instead of a table." };

    public static Command New(Terminal terminal)
    {
        Command command = new("traces", "List the traces of a running server, newest first, or show one.")
        {
            Id, Window, Workflow, Outcome, Layer, Step, ErrorType, MinDuration, MaxDuration, Attribute, Limit, Json,
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
        try
        {
            return id is null
                ? await ListAsync(client, parsed, terminal, stop)
                : Show(await client.GetAsync($"api/v1/traces/{Uri.EscapeDataString(id)}", stop), parsed, terminal, static (console, body) => TraceView.Write(console, TraceAnswers.ReadTrace(body)));
        }
        catch (JsonException)
        {
            return terminal.Fail(ExitCodes.Unreadable, $"{Access.Server(parsed)}: the answer is none of this version of TraceGap");
        }
    }

    // A search that takes long is answered in parts; together they are one list.
    private static async Task<int> ListAsync(QueryClient client, ParseResult parsed, Terminal terminal, CancellationToken stop)
    {
        int limit = parsed.GetValue(Limit);
        List<TraceEntry> found = [];
        string? cursor = null;
        while (true)
        {
            ServerAnswer answer = await client.GetAsync("api/v1/traces", stop, Parameters(parsed, limit - found.Count, cursor));
            if (answer.Problem is not null)
            {
                return terminal.Fail(ExitCodes.Unreadable, answer.Problem);
            }

            TraceList part = TraceAnswers.ReadList(answer.Body);
            found.AddRange(part.Traces);
            if (part.SearchedBackTo is null || part.NextCursor is null || found.Count == limit)
            {
                byte[] whole = cursor is null ? answer.Body : TraceReportJson.WriteUtf8(part with { Traces = found, SearchedBackTo = null });
                return Show(answer with { Body = whole }, parsed, terminal, static (console, body) => TraceListView.Write(console, TraceAnswers.ReadList(body)));
            }

            cursor = part.NextCursor;
        }
    }

    private static IEnumerable<(string Name, string? Value)> Parameters(ParseResult parsed, int limit, string? cursor) =>
    [
        ("window", parsed.GetValue(Window)),
        ("workflow", parsed.GetValue(Workflow)),
        ("outcome", parsed.GetValue(Outcome)),
        ("layer", parsed.GetValue(Layer)),
        ("step", parsed.GetValue(Step)),
        ("errorType", parsed.GetValue(ErrorType)),
        ("minDuration", parsed.GetValue(MinDuration)),
        ("maxDuration", parsed.GetValue(MaxDuration)),
        .. (parsed.GetValue(Attribute) ?? []).Select(static attribute => ("attribute", (string?)attribute)),
        ("limit", limit.ToString(CultureInfo.InvariantCulture)),
        ("cursor", cursor),
    ];

    private static int Show(ServerAnswer answer, ParseResult parsed, Terminal terminal, Action<IAnsiConsole, byte[]> write)
    {
        if (answer.Problem is not null)
        {
            return terminal.Fail(ExitCodes.Unreadable, answer.Problem);
        }

        if (parsed.GetValue(Json))
        {
            terminal.Out.WriteLine(Encoding.UTF8.GetString(answer.Body));
        }
        else
        {
            write(terminal.Console, answer.Body);
        }

        return ExitCodes.Fine;
    }

    private static Option<string?> NewOutcome()
    {
        Option<string?> option = new("--outcome") { Description = "Only traces of this outcome." };
        option.AcceptOnlyFromAmong("ok", "failed", "cancelled", "unknown", "open");
        return option;
    }
}
