using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using TraceGap.Otlp;
using TraceGap.Server.Grpc;
using TraceGap.Server.Otlp;

namespace TraceGap.EndToEnd.Tests.Peers;

/// <summary>The gRPC side of a server on a free port, with default limits and a sink that the test holds.</summary>
internal sealed class PeerServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private PeerServer(WebApplication application, CollectingSink sink, GrpcLimits limits)
    {
        _application = application;
        Sink = sink;
        Limits = limits;
    }

    public CollectingSink Sink { get; }

    public GrpcLimits Limits { get; }

    /// <summary>HOST:PORT.</summary>
    public string Address => new Uri(_application.Urls.Single()).Authority;

    public static async Task<PeerServer> StartAsync()
    {
        CollectingSink sink = new();
        GrpcLimits limits = new() { Budget = new InFlightBudget(InFlightBudget.DefaultCapacity) };
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.Services.AddLogging();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.UseGrpcConnections();
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseGrpc());
        });
        WebApplication application = builder.Build();
        application.MapOtlpTraces(new OtlpTraceService(() => new OtlpTraceDecoder(), sink), limits);
        application.MapGrpcHealth([OtlpTraceService.Name], () => true, limits);
        application.MapUnknownGrpc();
        await application.StartAsync();
        return new PeerServer(application, sink, limits);
    }

    public async ValueTask DisposeAsync()
    {
        Assert.Equal(0, Limits.Budget.Taken);
        await _application.DisposeAsync();
    }
}
