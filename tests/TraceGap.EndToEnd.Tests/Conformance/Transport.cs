namespace TraceGap.EndToEnd.Tests.Conformance;

/// <summary>A way in which OTLP travels.</summary>
public enum Transport
{
    Grpc,
    HttpProtobuf,
    HttpJson,
}
