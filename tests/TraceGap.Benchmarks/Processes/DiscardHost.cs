using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TraceGap.Server.Calls;
using TraceGap.Server.Grpc;
using TraceGap.Server.Otlp;
using TraceGap.Server.UnaryHttp;

namespace TraceGap.Benchmarks.Processes;

/// <summary>The baseline: the same host reads the same bytes, decompresses them, throws them away and answers as OTLP answers success.</summary>
internal sealed class DiscardHost : IRunningHost
{
    private readonly WebApplication _grpc;
    private readonly WebApplication _http;

    private DiscardHost(WebApplication grpc, WebApplication http)
    {
        _grpc = grpc;
        _http = http;
    }

    public HostAddresses Addresses => new(new Uri(_grpc.Urls.Single()), new Uri(_http.Urls.Single()), null);

    /// <summary>Starts it on free ports.</summary>
    public static async Task<DiscardHost> StartAsync()
    {
        CallLimits limits = new() { Budget = new InFlightBudget(4L * CallLimits.DefaultMaxMessageBytes) };
        WebApplication grpc = NewHost(HttpProtocols.Http2);
        grpc.MapUnaryGrpc(OtlpSignal.Traces.ServiceName, "Export", static (_, _) => ValueTask.FromResult(GrpcReply.Success(default)), limits);
        WebApplication http = NewHost(HttpProtocols.Http1);
        http.MapUnaryHttp(OtlpSignal.Traces.Path, static (_, _, _) => ValueTask.FromResult(HttpReply.Success(default)), limits);
        await grpc.StartAsync();
        await http.StartAsync();
        return new DiscardHost(grpc, http);
    }

    public async ValueTask DisposeAsync()
    {
        await _grpc.DisposeAsync();
        await _http.DisposeAsync();
    }

    private static WebApplication NewHost(HttpProtocols protocols)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols);
        });
        return builder.Build();
    }
}
