using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using TraceGap.Server.Calls;
using TraceGap.Server.Tests.Calls;
using TraceGap.Server.UnaryHttp;

namespace TraceGap.Server.Tests.UnaryHttp;

/// <summary>A real Kestrel on a free port with the paths that the tests need.</summary>
internal sealed class HttpTestServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private HttpTestServer(WebApplication application, CallLimits limits, ManualTimeProvider time)
    {
        _application = application;
        Limits = limits;
        Time = time;
        Address = new Uri(application.Urls.Single());
    }

    public CallLimits Limits { get; }

    public InFlightBudget Budget => Limits.Budget;

    public ManualTimeProvider Time { get; }

    public Uri Address { get; }

    /// <summary>Starts a server whose paths <c>/echo</c> and <c>/call</c> answer with their request and with <paramref name="handler"/>.</summary>
    public static async Task<HttpTestServer> StartAsync(UnaryHttpHandler? handler = null, CallLimits? limits = null)
    {
        ManualTimeProvider time = new();
        limits ??= new CallLimits { MaxMessageBytes = 1 << 20, Budget = new InFlightBudget(4 << 20) };
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.Services.AddLogging();
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication application = builder.Build();
        application.MapUnaryHttp("/echo", Echo, limits);
        application.MapUnaryHttp("/call", handler ?? Echo, limits);
        application.MapUnknownHttp("try /echo");
        await application.StartAsync();
        return new HttpTestServer(application, limits, time);
    }

    /// <summary>Asks over a connection of its own.</summary>
    public async Task<HttpWireReply> AskAsync(ReadOnlyMemory<byte> request)
    {
        using HttpConnection connection = await HttpConnection.OpenAsync(Address);
        return await connection.AskAsync(request);
    }

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();

    private static ValueTask<HttpReply> Echo(ReadOnlyMemory<byte> message, PayloadFormat format, CancellationToken cancellationToken) =>
        ValueTask.FromResult(HttpReply.Success(message.ToArray()));
}
