using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace TraceGap.Server.Http;

/// <summary>Builds the bare web hosts that the ports are served by.</summary>
internal static class HttpHost
{
    /// <summary>An application that listens on one address with one set of protocols and nothing else switched on.</summary>
    /// <param name="endPoint">Where to listen; port 0 takes a free one.</param>
    /// <param name="protocols">HTTP versions.</param>
    /// <param name="logging">Where logs go.</param>
    /// <param name="configure">What is special about this listener's server; null for nothing.</param>
    public static WebApplicationBuilder Builder(
        IPEndPoint endPoint, HttpProtocols protocols, ILoggerFactory logging, Action<KestrelServerOptions>? configure = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "tracegap" });
        builder.Services.AddSingleton(logging);
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            configure?.Invoke(kestrel);
            kestrel.Listen(endPoint, listen => listen.Protocols = protocols);
        });
        return builder;
    }

    /// <summary>The address that a started application really listens on.</summary>
    public static Uri Address(WebApplication application) => new(application.Urls.Single());
}
