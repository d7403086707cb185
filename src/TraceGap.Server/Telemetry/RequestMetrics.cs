using System.Diagnostics.Metrics;

namespace TraceGap.Server.Telemetry;

/// <summary>OTLP requests by transport: how they ended and how large they were. Thread-safe.</summary>
internal sealed class RequestMetrics
{
    /// <summary>Makes the instruments.</summary>
    public RequestMetrics(Meter meter)
    {
        TransportCounts[] transports = [Grpc, Http];
        meter.CreateObservableCounter(
            "tracegap.otlp.requests", () => transports.SelectMany(static transport => transport.Results()), "{request}", "OTLP requests by the code that they were answered with");
        meter.CreateObservableCounter(
            "tracegap.otlp.request.wire", () => transports.Select(static transport => transport.WireBytes()), "By", "Size of OTLP messages as sent");
        meter.CreateObservableCounter(
            "tracegap.otlp.request.decompressed", () => transports.Select(static transport => transport.MessageBytes()), "By", "Size of OTLP messages decompressed");
    }

    /// <summary>OTLP/gRPC.</summary>
    public TransportCounts Grpc { get; } = new("grpc", GrpcCalls.CodeOf);

    /// <summary>OTLP/HTTP.</summary>
    public TransportCounts Http { get; } = new("http", static context => context.Response.StatusCode.ToString(System.Globalization.CultureInfo.InvariantCulture));
}
