using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TraceGap.Server.Security;

/// <summary>The certificate that a server shows, with its key and the intermediates that go with it. Not disposed when another takes its place: handshakes may still use it.</summary>
internal sealed class ServerIdentity
{
    private ServerIdentity(X509Certificate2 certificate, X509Certificate2Collection intermediates)
    {
        Context = SslStreamCertificateContext.Create(certificate, intermediates, offline: true);
        ValidFrom = new DateTimeOffset(certificate.NotBefore.ToUniversalTime());
        ExpiresAt = new DateTimeOffset(certificate.NotAfter.ToUniversalTime());
        Subject = certificate.Subject;
    }

    /// <summary>What handshakes take.</summary>
    public SslStreamCertificateContext Context { get; }

    /// <summary>When it starts to be valid.</summary>
    public DateTimeOffset ValidFrom { get; }

    /// <summary>When it ceases to be valid.</summary>
    public DateTimeOffset ExpiresAt { get; }

    /// <summary>Whose it is.</summary>
    public string Subject { get; }

    /// <summary>Reads certificate and key, which may be in one file.</summary>
    public static Loaded<ServerIdentity> Read(byte[] certificateContent, SettingFile certificateFile, byte[] keyContent, SettingFile keyFile)
    {
        string certificatePem = PemBlocks.Text(certificateContent);
        Loaded<X509Certificate2Collection> chain = PemBlocks.Certificates(certificatePem, certificateFile);
        if (chain.Value is not { } certificates)
        {
            return Loaded<ServerIdentity>.Failed(chain.Problem);
        }

        string keyPem = PemBlocks.Text(keyContent);
        if (!keyPem.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
        {
            return Loaded<ServerIdentity>.Failed(keyFile.Problem(keyFile == certificateFile ? "holds no private key; name its file with Tls:Key" : "holds no private key"));
        }

        if (keyPem.Contains("ENCRYPTED", StringComparison.Ordinal))
        {
            return Loaded<ServerIdentity>.Failed(keyFile.Problem("the private key is encrypted; give it without a password, readable to this user alone"));
        }

        try
        {
            X509Certificate2 leaf = X509Certificate2.CreateFromPem(certificatePem, keyPem);
            certificates.RemoveAt(0);
            return Loaded<ServerIdentity>.Of(new ServerIdentity(Usable(leaf), certificates));
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            return Loaded<ServerIdentity>.Failed(keyFile.Problem($"the private key does not belong to the certificate in {certificateFile.Path}, or is damaged"));
        }
    }

    // Windows cannot serve with a key that exists in memory only; written as PKCS #12 and read again, it is kept.
    private static X509Certificate2 Usable(X509Certificate2 certificate) => OperatingSystem.IsWindows()
        ? X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null)
        : certificate;
}
