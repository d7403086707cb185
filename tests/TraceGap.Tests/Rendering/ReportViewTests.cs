using Spectre.Console;
using TraceGap.Commands;
using TraceGap.Rendering;
using TraceGap.Reporting;

namespace TraceGap.Tests.Rendering;

public sealed class ReportViewTests
{
    [Theory]
    [InlineData("agents", 80)]
    [InlineData("agents", 100)]
    [InlineData("agents", 120)]
    [InlineData("doubtful", 100)]
    [InlineData("empty", 100)]
    public void A_report_looks_as_reviewed(string name, int width)
    {
        Report report = name switch { "agents" => SampleReports.Agents, "doubtful" => SampleReports.Doubtful, _ => SampleReports.Empty };
        Golden.Check($"report-{name}-{width}.txt", Render(report, width));
    }

    [Theory]
    [InlineData(80)]
    [InlineData(93)]
    [InlineData(100)]
    [InlineData(120)]
    public void No_line_is_wider_than_the_console(int width) =>
        Assert.All(Render(SampleReports.Agents, width).Split('\n'), line => Assert.True(line.Length <= width, line));

    internal static string Render(Report report, int width) => Render(width, console => ReportView.Write(console, report));

    internal static string Render(int width, Action<IAnsiConsole> write)
    {
        using StringWriter writer = new() { NewLine = "\n" };
        write(Terminal.PlainConsole(writer, width));
        return writer.ToString();
    }
}
