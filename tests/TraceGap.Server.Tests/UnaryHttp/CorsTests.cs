using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using TraceGap.Otlp;
using TraceGap.Server.Calls;
using TraceGap.Server.Otlp;
using TraceGap.Server.Telemetry;

namespace TraceGap.Server.Tests.UnaryHttp;

public sealed class CorsTests
{
    private const string Shop = "https://shop.example";

    [Theory]
    [InlineData(Shop, Shop)]
    [InlineData("https://a.shop.example", "https://*.shop.example")]
    [InlineData("http://anywhere.example", "*")]
    public async Task A_page_of_an_allowed_origin_may_ask_and_send(string origin, string allowed)
    {
        await using WebApplication server = await StartAsync(allowed);

        HttpWireReply preflight = await AskAsync(server, Preflight(origin));
        HttpWireReply reply = await AskAsync(server, HttpConnection.Post("/v1/traces", "application/json", "{}"u8, $"Origin: {origin}"));

        string answered = allowed == "*" ? "*" : origin;
        Assert.Equal((204, answered), (preflight.Status, preflight.Headers["access-control-allow-origin"]));
        Assert.Equal(("POST", "content-type,x-token"), (preflight.Headers["access-control-allow-methods"], preflight.Headers["access-control-allow-headers"]));
        Assert.Equal((200, "{}", answered), (reply.Status, reply.Text, reply.Headers["access-control-allow-origin"]));
        Assert.Equal("Retry-After", reply.Headers["access-control-expose-headers"]);
    }

    [Theory]
    [InlineData("https://other.example", Shop)]
    [InlineData("http://shop.example", Shop)]
    [InlineData("https://shop.example.evil", Shop)]
    [InlineData("https://evilshop.example", "https://*.shop.example")]
    public async Task A_page_of_another_origin_is_not_let_in(string origin, string allowed)
    {
        await using WebApplication server = await StartAsync(allowed);

        Assert.DoesNotContain("access-control-allow-origin", (await AskAsync(server, Preflight(origin))).Headers.Keys);
    }

    [Fact]
    public async Task Without_origins_there_is_no_word_of_them()
    {
        await using WebApplication server = await StartAsync();

        HttpWireReply preflight = await AskAsync(server, Preflight(Shop));

        Assert.Equal(405, preflight.Status);
        Assert.DoesNotContain("access-control-allow-origin", preflight.Headers.Keys);
    }

    private static byte[] Preflight(string origin) => Encoding.ASCII.GetBytes(
        $"OPTIONS /v1/traces HTTP/1.1\r\nHost: test\r\nOrigin: {origin}\r\nAccess-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: content-type,x-token\r\n\r\n");

    private static async Task<HttpWireReply> AskAsync(WebApplication server, byte[] request)
    {
        using HttpConnection connection = await HttpConnection.OpenAsync(new Uri(server.Urls.Single()));
        return await connection.AskAsync(request);
    }

    private static async Task<WebApplication> StartAsync(params string[] origins)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.Services.AddLogging();
        builder.Services.AddCors();
        builder.Services.AddSingleton(static _ => new SelfTelemetry(TelemetryEnvironment.Read(static _ => null)));
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication application = builder.Build();
        application.UseOtlpHttpServices(origins, application.Services.GetRequiredService<SelfTelemetry>());
        application.MapOtlpOverHttp(
            new OtlpExportService(() => new OtlpTraceDecoder(), new NoSink()), new CallLimits { Budget = new InFlightBudget(1 << 20) });
        await application.StartAsync();
        return application;
    }

    private sealed class NoSink : ISpanSink
    {
        public ValueTask<SinkResult> AcceptAsync(SpanBatch spans, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("there are no spans in these requests");
    }
}
