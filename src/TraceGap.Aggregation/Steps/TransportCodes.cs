using System.Globalization;
using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>When HTTP and RPC codes are failures: the client's view and the server's differ, since a bad request is the caller's fault.</summary>
internal static class TransportCodes
{
    private const int ClientClosedRequest = 499;
    private const int MethodNotAllowed = 405;

    // gRPC codes that are the server's fault: UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS.
    private static readonly string[] ServerFaults = ["UNKNOWN", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS"];
    private static readonly int[] ServerFaultNumbers = [2, 4, 12, 13, 14, 15];

    /// <summary>Whether an HTTP status is a failure of the span.</summary>
    public static bool IsHttpFailure(SpanKind kind, int status) => kind switch
    {
        SpanKind.Client or SpanKind.Producer => status >= 400,
        SpanKind.Server or SpanKind.Consumer => status >= 500,
        _ => false,
    };

    /// <summary>Whether an HTTP status says that the user gave up.</summary>
    public static bool IsHttpCancel(SpanKind kind, int status) => kind == SpanKind.Server && status == ClientClosedRequest;

    /// <summary>
    /// Clients of MCP's streamable HTTP ask for an event stream and end sessions whether the server has these or not; 405 is the server's "not here" and no failure of anything.
    /// </summary>
    public static bool IsRefusedMcpStream(SpanRecord span, int status, string? method) =>
        status == MethodNotAllowed && method is "GET" or "DELETE" && UrlPaths.IsMcp(span);

    /// <summary>Whether an RPC status says that the caller gave up: gRPC's CANCELLED.</summary>
    public static bool IsRpcCancel(string status) => status is "1" || status.Equals("CANCELLED", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether an RPC status says that all went well.</summary>
    public static bool IsRpcOk(string status) => status is "0" || status.Equals("OK", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether an RPC status, a gRPC number or name or a JSON-RPC number as text, is a failure of the span.</summary>
    public static bool IsRpcFailure(SpanKind kind, string status)
    {
        bool isNumber = int.TryParse(status, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number);
        if (kind == SpanKind.Client)
        {
            return isNumber ? number != 0 : !status.Equals("OK", StringComparison.OrdinalIgnoreCase);
        }

        // JSON-RPC: internal error, and what servers define themselves, but for "resource not found".
        return kind == SpanKind.Server && (isNumber
            ? Array.IndexOf(ServerFaultNumbers, number) >= 0 || number == -32603 || number is <= -32000 and >= -32099 and not -32002
            : Array.Exists(ServerFaults, fault => status.Equals(fault, StringComparison.OrdinalIgnoreCase)));
    }
}
