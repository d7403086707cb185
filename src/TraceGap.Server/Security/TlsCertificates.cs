using System.Net.Security;
using System.Security.Authentication;

namespace TraceGap.Server.Security;

/// <summary>The server's certificate and the authorities of its clients, as of now. New connections get what is current; open ones go on.</summary>
internal sealed class TlsCertificates(FileBacked<ServerIdentity> identity, FileBacked<ClientAuthorities>? authorities)
{
    /// <summary>The certificate that new connections get.</summary>
    public ServerIdentity Identity => Required(identity.Current);

    /// <summary>True if clients have to present a certificate.</summary>
    public bool AskForClientCertificate => authorities is not null;

    /// <summary>Settings of one handshake.</summary>
    /// <param name="admitWithoutCertificate">Let a client in that presents none where one is asked for; a wrong one is refused all the same.</param>
    public SslServerAuthenticationOptions NewHandshake(bool admitWithoutCertificate)
    {
        SslServerAuthenticationOptions options = new()
        {
            ServerCertificateContext = Identity.Context,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        };
        if (authorities is not null)
        {
            options.ClientCertificateRequired = true;
            options.CertificateChainPolicy = Required(authorities.Current).NewPolicy();
            if (admitWithoutCertificate)
            {
                options.RemoteCertificateValidationCallback = static (_, certificate, _, errors) => certificate is null || errors == SslPolicyErrors.None;
            }
        }

        return options;
    }

    private static T Required<T>(T? loaded)
        where T : class => loaded ?? throw new InvalidOperationException("Certificates are read before a listener opens.");
}
