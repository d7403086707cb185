using System.Text;
using System.Text.Json;
using TraceGap.Reporting;

namespace TraceGap.Rendering;

/// <summary>
/// A report, or costs, as one flat table, <c>section,name,metric,value</c> (RFC 4180): section is a field of the JSON report, name the element of a list
/// (empty elsewhere, joined by <c> | </c> for a list within a list), metric the path of the field below it. A value that is not there is empty.
/// </summary>
internal static class ReportCsv
{
    public const string Header = "section,name,metric,value";

    private const string NameSeparator = " | ";

    // The fields that tell the elements of a list apart; the first that an element has are its name.
    private static readonly string[][] NameFields = [["band"], ["step", "errorType"], ["step", "kind"], ["step"], ["model"], ["layer"], ["type"], ["parent", "children"], ["k"], ["window"], ["since"]];

    public static string Write(Report report) => Write(ReportJson.WriteUtf8(report));

    public static string Write(CostReport costs) => Write(ReportJson.WriteUtf8(costs));

    private static string Write(byte[] json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        StringBuilder csv = new();
        csv.Append(Header).Append('\n');
        foreach (JsonProperty section in document.RootElement.EnumerateObject())
        {
            Append(csv, section.Name, "", "", section.Value);
        }

        return csv.ToString();
    }

    // A report is a few levels deep, so the call depth is its own.
    private static void Append(StringBuilder csv, string section, string name, string metric, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty field in value.EnumerateObject())
                {
                    Append(csv, section, name, metric.Length == 0 ? field.Name : $"{metric}.{field.Name}", field.Value);
                }

                break;
            case JsonValueKind.Array when value.EnumerateArray().All(static element => element.ValueKind == JsonValueKind.Object):
                foreach (JsonElement element in value.EnumerateArray())
                {
                    AppendElement(csv, section, name, metric, element);
                }

                break;
            default:
                csv.Append(Quoted(section)).Append(',').Append(Quoted(name)).Append(',').Append(Quoted(metric)).Append(',').Append(Quoted(TextOf(value))).Append('\n');
                break;
        }
    }

    private static void AppendElement(StringBuilder csv, string section, string name, string metric, JsonElement element)
    {
        string[] naming = NameFields.First(fields => fields.All(field => element.TryGetProperty(field, out _)));
        string own = string.Join(NameSeparator, naming.Select(field => TextOf(element.GetProperty(field))));
        string full = name.Length == 0 ? own : name + NameSeparator + own;
        foreach (JsonProperty field in element.EnumerateObject().Where(field => !naming.Contains(field.Name)))
        {
            Append(csv, section, full, metric.Length == 0 ? field.Name : $"{metric}.{field.Name}", field.Value);
        }
    }

    private static string TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString() ?? "",
        JsonValueKind.Null => "",
        JsonValueKind.Array => string.Join(NameSeparator, value.EnumerateArray().Select(TextOf)),
        _ => value.GetRawText(),
    };

    private static string Quoted(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
