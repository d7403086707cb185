using System.Text.Json;
using TraceGap.Reporting.Traces;

namespace TraceGap.Remote;

/// <summary>Reads the answers about traces.</summary>
internal static class TraceAnswers
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { TypeInfoResolver = TraceReportJson.Resolver };

    /// <summary>Reads the answer of <c>GET /api/v1/traces/{traceId}</c>.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static TraceReport ReadTrace(byte[] body) => Read<TraceReport>(body);

    /// <summary>Reads the answer of <c>GET /api/v1/traces</c>.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static TraceList ReadList(byte[] body) => Read<TraceList>(body);

    private static T Read<T>(byte[] body) => JsonSerializer.Deserialize<T>(body, Options) ?? throw new JsonException("The answer is an object, not null.");
}
