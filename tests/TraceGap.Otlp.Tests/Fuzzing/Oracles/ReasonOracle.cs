using System.Globalization;
using System.Text.RegularExpressions;

namespace TraceGap.Otlp.Tests.Fuzzing;

/// <summary>A reason names a message, one of its fields unless no field could be read, an offset within the request, and what is wrong there.</summary>
internal static partial class ReasonOracle
{
    public static void Check(string reason, int requestLength)
    {
        Match match = Form().Match(reason);
        Assert.True(match.Success, $"a reason of another form: {reason}");
        Assert.InRange(int.Parse(match.Groups["offset"].ValueSpan, CultureInfo.InvariantCulture), 0, requestLength);
        Assert.False(reason.EndsWith("unknown", StringComparison.Ordinal), reason);
    }

    [GeneratedRegex(
        """
        \A(ExportTraceServiceRequest|ExportLogsServiceRequest|ResourceSpans|ResourceLogs|Resource|ScopeLogs|LogRecord|ScopeSpans|InstrumentationScope|Span|Event|Status|KeyValue|AnyValue|ArrayValue|KeyValueList)(\.\w+)?[ ]
        at[ ]byte[ ](?<offset>[0-9]+):[ ][a-zA-Z0-9,. ]+\z
        """,
        RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Form();
}
