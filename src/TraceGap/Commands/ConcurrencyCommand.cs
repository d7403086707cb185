using System.CommandLine;
using TraceGap.Rendering;
using TraceGap.Reporting;

namespace TraceGap.Commands;

/// <summary><c>tracegap concurrency</c>: latency against requests in flight.</summary>
internal static class ConcurrencyCommand
{
    private static readonly AccessOptions Access = new();
    private static readonly Option<string> Window = SharedOptions.NewWindow();
    private static readonly Option<string?> Workflow = SharedOptions.NewWorkflow();
    private static readonly Option<string> Format = ServerDocument.NewFormat();

    public static Command New(Terminal terminal)
    {
        Command command = new("concurrency", "Show latency against the number of requests in flight, and where requests begin to queue.") { Window, Workflow, Format };
        Access.AddTo(command);
        command.SetAction((parsed, stop) => new ServerDocument(terminal, Access, parsed).ShowAsync(
            "api/v1/concurrency",
            [("window", parsed.GetValue(Window)), ("workflow", parsed.GetValue(Workflow))],
            parsed.GetValue(Format)!,
            static body => ReportJson.ReadConcurrency(body),
            report => ConcurrencyView.Write(terminal.Console, report),
            stop));
        return command;
    }
}
