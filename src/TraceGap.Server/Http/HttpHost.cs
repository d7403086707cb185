using Microsoft.AspNetCore.Server.Kestrel.Core;
using TraceGap.Server.Security;

namespace TraceGap.Server.Http;

/// <summary>Makes the bare web hosts that the ports are served by.</summary>
internal static class HttpHost
{
    /// <summary>An application that listens on one address with one set of protocols, secured, and nothing else switched on.</summary>
    /// <param name="security">Where to listen and how it is secured; port 0 takes a free one.</param>
    /// <param name="protocols">HTTP versions.</param>
    /// <param name="logging">Where logs go.</param>
    /// <param name="configure">What is special about this host; null for nothing.</param>
    /// <param name="ahead">What requests pass before it is asked who sent them; null for nothing.</param>
    public static WebApplication Create(
        ListenerSecurity security,
        HttpProtocols protocols,
        ILoggerFactory logging,
        Action<WebApplicationBuilder>? configure = null,
        Action<IApplicationBuilder>? ahead = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "tracegap" });
        builder.Services.AddSingleton(logging);
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(security.Listener.EndPoint, listen =>
            {
                listen.Protocols = protocols;
                security.Secure(listen);
            });
        });
        configure?.Invoke(builder);
        WebApplication application = builder.Build();
        ahead?.Invoke(application);
        security.Guard(application);
        return application;
    }

    /// <summary>The address that a started application really listens on.</summary>
    public static Uri Address(WebApplication application) => new(application.Urls.Single());

    /// <summary>The same as scheme, host and port alone.</summary>
    public static string Origin(WebApplication application) => application.Urls.Single().TrimEnd('/');
}
