using System.CommandLine;
using TraceGap.Rendering;
using TraceGap.Reporting;

namespace TraceGap.Commands;

/// <summary>How a report is written.</summary>
internal static class ReportFormat
{
    public const string Table = "table";
    public const string Json = "json";
    public const string Csv = "csv";

    /// <summary>The option <c>--format</c>.</summary>
    public static Option<string> NewOption()
    {
        Option<string> option = new("--format")
        {
            Description = "table: for people. json: the report of the query API. csv: one flat table section,name,metric,value, where section is a field of the JSON report, "
                + "name the element of a list (\"p99 | inference\" for a list in a list) and metric the field below it; a value that is not there is empty.",
            DefaultValueFactory = static _ => Table,
        };
        option.AcceptOnlyFromAmong(Table, Json, Csv);
        return option;
    }

    /// <summary>Writes a report.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="report">The report.</param>
    /// <param name="format">One of the formats.</param>
    /// <param name="coverage">How much has a layer; null if that is not known.</param>
    public static void Write(Terminal terminal, Report report, string format, CoverageReport? coverage = null)
    {
        switch (format)
        {
            case Json:
                terminal.Out.WriteLine(ReportJson.Write(report));
                break;
            case Csv:
                terminal.Out.Write(ReportCsv.Write(report));
                break;
            default:
                ReportView.Write(terminal.Console, report);
                CoverageView.WriteWarning(terminal.Console, coverage?.Warning);
                break;
        }
    }
}
