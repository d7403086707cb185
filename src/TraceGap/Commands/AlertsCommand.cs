using System.CommandLine;
using TraceGap.Rendering;
using TraceGap.Reporting.Alerts;

namespace TraceGap.Commands;

/// <summary><c>tracegap alerts</c>: where alerts stand and what was told; <c>tracegap alerts test</c>: whether receivers take notifications.</summary>
internal static class AlertsCommand
{
    private static readonly AccessOptions Access = new();
    private static readonly AccessOptions TestAccess = new();
    private static readonly Option<string> Format = ServerDocument.NewFormat();
    private static readonly Option<string> TestFormat = ServerDocument.NewFormat();

    public static Command New(Terminal terminal)
    {
        Command command = new("alerts", "Show what fires, what did, and who was told.") { Format, NewTest(terminal) };
        Access.AddTo(command);
        command.SetAction((parsed, stop) => new ServerDocument(terminal, Access, parsed).ShowAsync(
            "api/v1/alerts",
            [],
            parsed.GetValue(Format)!,
            static body => AlertJson.ReadList(body),
            alerts => AlertsView.Write(terminal.Console, alerts),
            stop));
        return command;
    }

    private static Command NewTest(Terminal terminal)
    {
        Command command = new("test", "Send a test notification to every receiver; ends with 1 if one did not take it.") { TestFormat };
        TestAccess.AddTo(command);
        command.SetAction((parsed, stop) => new ServerDocument(terminal, TestAccess, parsed).ShowAsync(
            "api/v1/alerts/test",
            [],
            parsed.GetValue(TestFormat)!,
            static body => AlertJson.ReadTest(body),
            test => AlertsView.Write(terminal.Console, test),
            stop,
            "{}"u8.ToArray(),
            static test => test.Results.All(static result => result.Delivered) ? ExitCodes.Fine : ExitCodes.BadNews));
        return command;
    }
}
