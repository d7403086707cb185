using System.Globalization;
using System.Text;

namespace TraceGap.Otlp.Tests;

/// <summary>Every field of a span record as text, so that unequal records show where they differ.</summary>
internal static class SpanText
{
    public static string Of(IEnumerable<SpanRecord> spans) => string.Join("\n", spans.Select(Of));

    public static string Of(SpanRecord span)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{span.TraceId} {span.SpanId} <- {span.ParentSpanId} [{span.Name}] {span.Kind} {span.Status} flags={span.Flags} ")
            .Append(CultureInfo.InvariantCulture, $"{span.StartUnixNanos}..{span.EndUnixNanos} facts={span.Facts} exception={span.ExceptionType ?? "-"} ")
            .Append(CultureInfo.InvariantCulture, $"count={span.ResultCount} input={span.InputHash} weight={span.Weight} scope=[{span.Scope.Name}|{span.Scope.Version}|{Of(span.Scope.Attributes)}] ")
            .Append(CultureInfo.InvariantCulture, $"resource=[{span.Resource.ServiceName}|{Of(span.Resource.Attributes)}] attributes=[{Of(span.Attributes)}]");
        return text.ToString();
    }

    public static string Of(AttributeSet attributes)
    {
        StringBuilder text = new();
        foreach (KeyValuePair<string, AttributeValue> item in attributes.Items)
        {
            text.Append(CultureInfo.InvariantCulture, $"{item.Key}={item.Value.Type}:{item.Value.AsText()}; ");
        }

        return text.ToString();
    }
}
