namespace TraceGap.EndToEnd.Tests.Peers;

/// <summary>An outside program that speaks OTLP.</summary>
public enum Peer
{
    /// <summary>gRPC's C core through Debian's python3-grpcio, with protoc for its messages.</summary>
    Python,

    /// <summary>@grpc/grpc-js and the OpenTelemetry JS exporter.</summary>
    Node,
}
