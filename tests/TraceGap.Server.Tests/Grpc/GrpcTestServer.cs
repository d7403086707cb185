using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TraceGap.Server.Calls;
using TraceGap.Server.Grpc;
using TraceGap.Server.Tests.Calls;

namespace TraceGap.Server.Tests.Grpc;

/// <summary>A real Kestrel on a free port with the methods that the tests need, and a raw HTTP/2 client.</summary>
internal sealed class GrpcTestServer : IAsyncDisposable
{
    public const string Service = "tracegap.test.Echo";
    private readonly WebApplication _application;

    private GrpcTestServer(WebApplication application, CallLimits limits, ManualTimeProvider time)
    {
        _application = application;
        Limits = limits;
        Time = time;
        Address = new Uri(application.Urls.Single());
        Client = new HttpClient(new SocketsHttpHandler { EnableMultipleHttp2Connections = true }) { BaseAddress = Address };
    }

    public CallLimits Limits { get; }

    public InFlightBudget Budget => Limits.Budget;

    public ManualTimeProvider Time { get; }

    public Uri Address { get; }

    public HttpClient Client { get; }

    /// <summary>Starts a server whose methods <c>Echo</c> and <c>Call</c> answer with their request and with <paramref name="handler"/>.</summary>
    public static async Task<GrpcTestServer> StartAsync(UnaryGrpcHandler? handler = null, CallLimits? limits = null)
    {
        ManualTimeProvider time = new();
        limits ??= new CallLimits { MaxMessageBytes = 1 << 20, Budget = new InFlightBudget(4 << 20) };
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.Services.AddLogging();
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.KeepExporterConnections();
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseGrpc());
        });
        WebApplication application = builder.Build();
        application.MapUnaryGrpc(Service, "Echo", Echo, limits);
        application.MapUnaryGrpc(Service, "Call", handler ?? Echo, limits);
        application.MapUnknownGrpc();
        await application.StartAsync();
        return new GrpcTestServer(application, limits, time);
    }

    public Task<GrpcTestReply> EchoAsync(ReadOnlyMemory<byte> body, params (string Name, string Value)[] headers) => SendAsync("Echo", body, headers);

    public Task<GrpcTestReply> CallAsync(ReadOnlyMemory<byte> body, params (string Name, string Value)[] headers) => SendAsync("Call", body, headers);

    public Task<GrpcTestReply> SendAsync(string method, ReadOnlyMemory<byte> body, params (string Name, string Value)[] headers) =>
        SendAsync(Request(method, new ReadOnlyMemoryContent(body), headers));

    public async Task<GrpcTestReply> SendAsync(HttpRequestMessage request)
    {
        using HttpResponseMessage response = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return await GrpcTestReply.ReadAsync(response);
    }

    public static HttpRequestMessage Request(string method, HttpContent? content, params (string Name, string Value)[] headers)
    {
        HttpRequestMessage request = new(HttpMethod.Post, $"/{Service}/{method}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        content?.Headers.TryAddWithoutValidation("content-type", "application/grpc");
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    /// <summary>A frame as a client sends it.</summary>
    public static byte[] Frame(ReadOnlySpan<byte> message, byte flag = 0, uint? length = null)
    {
        byte[] frame = new byte[5 + message.Length];
        frame[0] = flag;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), length ?? (uint)message.Length);
        message.CopyTo(frame.AsSpan(5));
        return frame;
    }

    public static byte[] Frame(string text) => Frame(Encoding.UTF8.GetBytes(text));

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _application.DisposeAsync();
    }

    private static ValueTask<GrpcReply> Echo(ReadOnlyMemory<byte> message, CancellationToken cancellationToken) =>
        ValueTask.FromResult(GrpcReply.Success(message.ToArray()));
}
