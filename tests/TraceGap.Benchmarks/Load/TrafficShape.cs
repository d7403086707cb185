namespace TraceGap.Benchmarks.Load;

/// <summary>How requests are sent.</summary>
internal enum Transport
{
    /// <summary>OTLP/gRPC.</summary>
    Grpc,

    /// <summary>OTLP/HTTP, protobuf.</summary>
    Http,
}

/// <summary>What is sent.</summary>
/// <param name="SpansPerTrace">Spans of every trace.</param>
/// <param name="SpansPerRequest">Spans of every request but the last.</param>
/// <param name="IsGzip">True to compress the requests.</param>
/// <param name="Transport">How they are sent.</param>
/// <param name="Calls">Requests on their way at once.</param>
internal sealed record TrafficShape(
    int SpansPerTrace, int SpansPerRequest, bool IsGzip = false, Transport Transport = Transport.Grpc, int Calls = TrafficShape.UsualCalls)
{
    /// <summary>About what the sending queue of one Collector has on its way.</summary>
    public const int UsualCalls = 8;

    /// <summary>Runs that go on at once: so many that a request mixes traces, so few that no trace waits long for its next span.</summary>
    public int RunningTraces => Math.Clamp(20_000 / SpansPerTrace, 4, 200);

    public override string ToString()
    {
        string transport = Transport == Transport.Grpc ? "gRPC" : "HTTP";
        string calls = Calls == UsualCalls ? "" : $", {Calls} call{(Calls == 1 ? "" : "s")} at once";
        return $"{transport}, {SpansPerTrace:N0} spans/trace, {SpansPerRequest:N0} spans/request, {(IsGzip ? "gzip" : "plain")}{calls}";
    }
}
