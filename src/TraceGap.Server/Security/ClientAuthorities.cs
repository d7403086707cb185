using System.Security.Cryptography.X509Certificates;

namespace TraceGap.Server.Security;

/// <summary>Which certificates of clients are taken: those that chain to one of these authorities, to the exclusion of what the system trusts.</summary>
internal sealed class ClientAuthorities
{
    private readonly X509Certificate2Collection _certificates;

    private ClientAuthorities(X509Certificate2Collection certificates) => _certificates = certificates;

    /// <summary>Reads a bundle.</summary>
    public static Loaded<ClientAuthorities> Read(byte[] content, SettingFile file)
    {
        Loaded<X509Certificate2Collection> bundle = PemBlocks.Certificates(PemBlocks.Text(content), file);
        return bundle.Value is not { } certificates ? Loaded<ClientAuthorities>.Failed(bundle.Problem)
            : certificates.Any(static certificate => certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData))
                ? Loaded<ClientAuthorities>.Of(new ClientAuthorities(certificates))
            : Loaded<ClientAuthorities>.Failed(file.Problem("holds no root certificate; chains that end before their root are not taken"));
    }

    /// <summary>A policy for one handshake; it is not to be shared. That the certificate is made for clients is asked by the handshake itself.</summary>
    public X509ChainPolicy NewPolicy()
    {
        X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(_certificates);
        return policy;
    }
}
