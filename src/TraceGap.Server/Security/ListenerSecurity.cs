using System.Net.Security;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace TraceGap.Server.Security;

/// <summary>How one listener is secured: TLS below, and a gate before its endpoints.</summary>
internal sealed class ListenerSecurity
{
    /// <summary>Where it listens.</summary>
    public required Listener Listener { get; init; }

    /// <summary>What callers need where the endpoint says nothing else.</summary>
    public required AccessScope Scope { get; init; }

    /// <summary>How a refusal is told.</summary>
    public required RefusalWriter Refuse { get; init; }

    /// <summary>Certificates; null: the listener speaks plain text.</summary>
    public required TlsCertificates? Tls { get; init; }

    /// <summary>The tokens.</summary>
    public required AccessRules Rules { get; init; }

    /// <summary>
    /// Lets connections without a client certificate in, so that the endpoints for anyone can be called; all others refuse them. Where it is false, the handshake does.
    /// </summary>
    public bool HasProbes { get; init; }

    /// <summary>Serves only requests under a name of this machine.</summary>
    public bool LoopbackNamesOnly { get; init; }

    /// <summary>Sets TLS up.</summary>
    public void Secure(ListenOptions listen)
    {
        if (Tls is { } tls)
        {
            listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                OnConnection = _ => ValueTask.FromResult<SslServerAuthenticationOptions>(tls.NewHandshake(admitWithoutCertificate: HasProbes)),
            });
        }
    }

    /// <summary>Puts the gate before the endpoints.</summary>
    public void Guard(IApplicationBuilder application) => application.Use(next => context =>
        Judge(context) is { } refusal ? Refuse(context, refusal) : next(context));

    private AccessRefusal? Judge(HttpContext context)
    {
        if (EndpointScopes.ScopeOf(context.GetEndpoint(), Scope) is not { } needed)
        {
            return null;
        }

        return Tls is { AskForClientCertificate: true } && context.Connection.ClientCertificate is null ? AccessRefusal.NoClientCertificate
            : LoopbackNamesOnly && !LoopbackNames.Include(context.Request.Host.Host) ? AccessRefusal.ForeignHost
            : Rules.Judge(needed, context.Request.Headers.Authorization);
    }
}
