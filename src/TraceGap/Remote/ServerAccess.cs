using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TraceGap.Remote;

/// <summary>How to get in at a secured server.</summary>
/// <param name="Token">Bearer token; null for none.</param>
/// <param name="Authorities">Trusted in place of the system's authorities; null for these.</param>
/// <param name="Certificate">The client certificate, with its key; null for none.</param>
internal sealed record ServerAccess(string? Token, X509Certificate2Collection? Authorities, X509Certificate2? Certificate)
{
    /// <summary>Nothing: a server that is open, or trusted by the system.</summary>
    public static ServerAccess Open { get; } = new(null, null, null);

    /// <summary>Reads the files that a user named; null for those not named.</summary>
    /// <returns>What is wrong, naming the option; null if nothing is.</returns>
    public static string? Read(string? token, string? authorities, string? certificate, string? key, out ServerAccess access)
    {
        access = Open;
        if (certificate is null && key is not null)
        {
            return "--key: there is no --cert that it belongs to";
        }

        string option = "--ca";
        try
        {
            X509Certificate2Collection? trusted = authorities is null ? null : Bundle(authorities);
            option = "--cert";
            access = new ServerAccess(token, trusted, certificate is null ? null : X509Certificate2.CreateFromPemFile(certificate, key));
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            return $"{option}: {exception.Message.ReplaceLineEndings(" ")}";
        }
    }

    /// <summary>A client that gets in.</summary>
    public HttpClient NewClient()
    {
        SocketsHttpHandler handler = new();
        if (Authorities is not null)
        {
            X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(Authorities);
            handler.SslOptions.CertificateChainPolicy = policy;
        }

        if (Certificate is not null)
        {
            handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(Certificate, additionalCertificates: null, offline: true);
        }

        HttpClient client = new(handler);
        if (Token is not null)
        {
            client.DefaultRequestHeaders.Authorization = new("Bearer", Token);
        }

        return client;
    }

    private static X509Certificate2Collection Bundle(string path)
    {
        X509Certificate2Collection bundle = [];
        bundle.ImportFromPemFile(path);
        return bundle.Count > 0 ? bundle : throw new CryptographicException($"{path} holds no PEM certificate");
    }
}
