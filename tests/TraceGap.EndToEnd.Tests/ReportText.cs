using System.Text.Json.Nodes;

namespace TraceGap.EndToEnd.Tests;

/// <summary>Reports as texts that can be compared byte for byte.</summary>
internal static class ReportText
{
    /// <summary>The report without the two fields that may differ between a server and an offline analysis of the same spans: the window asked for, and how often traces were revised.</summary>
    public static string Comparable(string json)
    {
        JsonObject report = JsonNode.Parse(json)!.AsObject();
        report.Remove("window");
        report["traces"]!.AsObject().Remove("revised");
        return report.ToJsonString();
    }

    /// <summary>The document without the window asked for.</summary>
    public static string WithoutWindow(string json)
    {
        JsonObject document = JsonNode.Parse(json)!.AsObject();
        document.Remove("window");
        return document.ToJsonString();
    }

    /// <summary>The query string that asks for the window of a report.</summary>
    public static string SameWindow(string json)
    {
        JsonNode window = JsonNode.Parse(json)!["window"]!;
        return $"from={Uri.EscapeDataString(window["from"]!.GetValue<string>())}&to={Uri.EscapeDataString(window["to"]!.GetValue<string>())}";
    }
}
