using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using TraceGap.Otlp;
using TraceGap.Server.Calls;
using TraceGap.Server.Grpc;
using TraceGap.Server.Otlp;

namespace TraceGap.EndToEnd.Tests.Peers;

/// <summary>Both OTLP transports of a server on free ports, with default limits and a sink that the test holds.</summary>
internal sealed class PeerServer : IAsyncDisposable
{
    private readonly WebApplication _grpc;
    private readonly WebApplication _http;

    private PeerServer(WebApplication grpc, WebApplication http, CollectingSink sink, CallLimits limits)
    {
        _grpc = grpc;
        _http = http;
        Sink = sink;
        Limits = limits;
    }

    public CollectingSink Sink { get; }

    public CallLimits Limits { get; }

    /// <summary>HOST:PORT of OTLP/gRPC.</summary>
    public string Address => new Uri(_grpc.Urls.Single()).Authority;

    /// <summary>HOST:PORT of OTLP/HTTP.</summary>
    public string HttpAddress => new Uri(_http.Urls.Single()).Authority;

    public static async Task<PeerServer> StartAsync()
    {
        CollectingSink sink = new();
        CallLimits limits = new() { Budget = new InFlightBudget(InFlightBudget.DefaultCapacity) };
        OtlpExportService traces = new(() => new OtlpTraceDecoder(), sink);
        WebApplication grpc = Build(HttpProtocols.Http2);
        grpc.MapOtlp(traces, limits);
        grpc.MapGrpcHealth([OtlpSignal.Traces.ServiceName], () => true, limits);
        grpc.MapUnknownGrpc();
        WebApplication http = Build(HttpProtocols.Http1);
        http.MapOtlpOverHttp(traces, limits);
        await grpc.StartAsync();
        await http.StartAsync();
        return new PeerServer(grpc, http, sink, limits);
    }

    public async ValueTask DisposeAsync()
    {
        Assert.Equal(0, Limits.Budget.Taken);
        await _grpc.DisposeAsync();
        await _http.DisposeAsync();
    }

    private static WebApplication Build(HttpProtocols protocols)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.Services.AddLogging();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.KeepExporterConnections();
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols);
        });
        return builder.Build();
    }
}
