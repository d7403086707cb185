using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace TraceGap.Server.Calls;

/// <summary>Kestrel's own limits, where calls have others.</summary>
public static class KestrelLimits
{
    // A call that was refused before its body was read stays a stream for five more seconds. Beyond twice this number Kestrel resets streams with ENHANCE_YOUR_CALM,
    // which gRPC clients read as RESOURCE_EXHAUSTED: for ever, where UNAVAILABLE was meant.
    private const int StreamsPerConnection = 1000;

    /// <summary>Exporters send every few seconds and keep their connection; ten minutes outlast a pause without making each export a new one.</summary>
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromMinutes(10);

    /// <summary>Keeps idle connections for ten minutes; over HTTP/2 they then end with GOAWAY. Pings are answered, however many there are.</summary>
    public static void KeepExporterConnections(this KestrelServerOptions kestrel)
    {
        kestrel.Limits.KeepAliveTimeout = IdleTimeout;
        kestrel.Limits.Http2.MaxStreamsPerConnection = StreamsPerConnection;
    }

    // The message limit and the stall timeout hold instead: Kestrel's body limit (30 MB) is below the message limit, and its data rate ends
    // slow bodies with a reset that tells the client nothing. Over HTTP/2 the rate can only be switched off, which setting null does.
    internal static void Lift(IFeatureCollection features)
    {
        if (features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        if (features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
    }
}
