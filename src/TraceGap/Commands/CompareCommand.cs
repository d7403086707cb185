using System.CommandLine;
using TraceGap.Rendering;
using TraceGap.Reporting;

namespace TraceGap.Commands;

/// <summary><c>tracegap compare</c>: a period beside the one before, or two versions or environments.</summary>
internal static class CompareCommand
{
    private static readonly AccessOptions Access = new();
    private static readonly Option<string> Window = SharedOptions.NewWindow();
    private static readonly Option<string?> Workflow = SharedOptions.NewWorkflow();
    private static readonly Option<string> Format = ServerDocument.NewFormat();
    private static readonly Option<string?> Version = new("--version-of") { Description = "Only this version of the root's service.", HelpName = "V" };
    private static readonly Option<string?> AgainstVersion = new("--against-version") { Description = "Compare with this version, in the same window.", HelpName = "V" };
    private static readonly Option<string?> Environment = new("--environment") { Description = "Only this environment.", HelpName = "E" };
    private static readonly Option<string?> AgainstEnvironment = new("--against-environment") { Description = "Compare with this environment, in the same window.", HelpName = "E" };
    private static readonly Option<string?> From = new("--against-from") { Description = "Compare with the window from this time (RFC 3339) …", HelpName = "TIME" };
    private static readonly Option<string?> To = new("--against-to") { Description = "… to this one.", HelpName = "TIME" };

    public static Command New(Terminal terminal)
    {
        Command command = new("compare", "Show what changed: against the period before, or against another version, environment or time.")
        {
            Window, Workflow, Version, AgainstVersion, Environment, AgainstEnvironment, From, To, Format,
        };
        Access.AddTo(command);
        command.SetAction((parsed, stop) => new ServerDocument(terminal, Access, parsed).ShowAsync(
            "api/v1/compare",
            [
                ("window", parsed.GetValue(Window)), ("workflow", parsed.GetValue(Workflow)), ("version", parsed.GetValue(Version)),
                ("environment", parsed.GetValue(Environment)), ("againstFrom", parsed.GetValue(From)), ("againstTo", parsed.GetValue(To)),
                ("againstVersion", parsed.GetValue(AgainstVersion)), ("againstEnvironment", parsed.GetValue(AgainstEnvironment)),
            ],
            parsed.GetValue(Format)!,
            static body => ReportJson.ReadComparison(body),
            comparison => ComparisonView.Write(terminal.Console, comparison),
            stop));
        return command;
    }
}
