using System.CommandLine;
using TraceGap.Rendering;
using TraceGap.Reporting;

namespace TraceGap.Commands;

/// <summary><c>tracegap sensitivity</c>: which step buys most.</summary>
internal static class SensitivityCommand
{
    private static readonly AccessOptions Access = new();
    private static readonly Option<string> Window = SharedOptions.NewWindow();
    private static readonly Option<string?> Workflow = SharedOptions.NewWorkflow();
    private static readonly Option<string> Format = ServerDocument.NewFormat();

    public static Command New(Terminal terminal)
    {
        Command command = new("sensitivity", "Show which step buys most: reliability if one step or layer never failed.") { Window, Workflow, Format };
        Access.AddTo(command);
        command.SetAction((parsed, stop) => new ServerDocument(terminal, Access, parsed).ShowAsync(
            "api/v1/sensitivity",
            [("window", parsed.GetValue(Window)), ("workflow", parsed.GetValue(Workflow))],
            parsed.GetValue(Format)!,
            static body => ReportJson.ReadSensitivity(body),
            report => SensitivityView.Write(terminal.Console, report),
            stop));
        return command;
    }
}
