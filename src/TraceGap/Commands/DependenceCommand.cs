using System.CommandLine;
using TraceGap.Rendering;
using TraceGap.Reporting;

namespace TraceGap.Commands;

/// <summary><c>tracegap dependence</c>: how failures hang together.</summary>
internal static class DependenceCommand
{
    private static readonly AccessOptions Access = new();
    private static readonly Option<string> Window = SharedOptions.NewWindow();
    private static readonly Option<string?> Workflow = SharedOptions.NewWorkflow();
    private static readonly Option<string> Format = ServerDocument.NewFormat();

    public static Command New(Terminal terminal)
    {
        Command command = new("dependence", "Show which failures come together, when in a run they come, and what trying again gained.") { Window, Workflow, Format };
        Access.AddTo(command);
        command.SetAction((parsed, stop) => new ServerDocument(terminal, Access, parsed).ShowAsync(
            "api/v1/dependence",
            [("window", parsed.GetValue(Window)), ("workflow", parsed.GetValue(Workflow))],
            parsed.GetValue(Format)!,
            static body => ReportJson.ReadDependence(body),
            report => DependenceView.Write(terminal.Console, report),
            stop));
        return command;
    }
}
