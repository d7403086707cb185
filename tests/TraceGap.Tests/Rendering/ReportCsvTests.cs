using TraceGap.Rendering;

namespace TraceGap.Tests.Rendering;

public sealed class ReportCsvTests
{
    [Fact]
    public void A_report_as_csv_looks_as_reviewed() => Golden.Check("report-agents.csv", ReportCsv.Write(SampleReports.Agents));

    [Fact]
    public void Costs_as_csv_look_as_reviewed() => Golden.Check("costs.csv", ReportCsv.Write(SampleReports.Costs));

    [Fact]
    public void Every_row_has_four_fields_and_no_two_rows_name_the_same_value()
    {
        AssertRows(ReportCsv.Write(SampleReports.Agents));
        AssertRows(ReportCsv.Write(SampleReports.Costs));
    }

    private static void AssertRows(string csv)
    {
        List<string[]> rows = [.. csv.TrimEnd('\n').Split('\n').Select(Fields)];

        Assert.All(rows, row => Assert.Equal(4, row.Length));
        Assert.Equal(rows.Count, rows.Select(static row => string.Join('\0', row[..3])).Distinct().Count());
    }

    [Fact]
    public void What_is_not_there_is_empty() => Assert.Contains("latency,,p50,\n", ReportCsv.Write(SampleReports.Empty), StringComparison.Ordinal);

    // RFC 4180, section 2: a field in quotes may hold commas, and quotes twice.
    private static string[] Fields(string line)
    {
        List<string> fields = [""];
        bool quoted = false;
        for (int i = 0; i < line.Length; i++)
        {
            if (line[i] == '"' && quoted && i + 1 < line.Length && line[i + 1] == '"')
            {
                fields[^1] += '"';
                i++;
            }
            else if (line[i] == '"')
            {
                quoted = !quoted;
            }
            else if (line[i] == ',' && !quoted)
            {
                fields.Add("");
            }
            else
            {
                fields[^1] += line[i];
            }
        }

        return [.. fields];
    }
}
