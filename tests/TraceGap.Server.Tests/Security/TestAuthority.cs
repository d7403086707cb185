using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TraceGap.Server.Tests.Security;

/// <summary>What a certificate may be used for (RFC 5280 section 4.2.1.12).</summary>
internal static class CertificateUse
{
    public const string Server = "1.3.6.1.5.5.7.3.1";
    public const string Client = "1.3.6.1.5.5.7.3.2";
}

/// <summary>A certificate with its key, as PEM.</summary>
internal sealed record IssuedCertificate(string CertificatePem, string KeyPem, string SerialNumber)
{
    public X509Certificate2 Load() => X509Certificate2.CreateFromPem(CertificatePem, KeyPem);
}

/// <summary>A certification authority that lives as long as a test.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _certificate;

    /// <summary>A root, or an intermediate if there is an <paramref name="issuer"/>.</summary>
    public TestAuthority(string name, TestAuthority? issuer = null)
    {
        CertificateRequest request = new($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2? signed = issuer is null
            ? null
            : request.Create(issuer._certificate, now.AddDays(-500), now.AddDays(1000), RandomNumberGenerator.GetBytes(8));
        _certificate = signed?.CopyWithPrivateKey(_key) ?? request.CreateSelfSigned(now.AddDays(-1000), now.AddDays(2000));
        Pem = _certificate.ExportCertificatePem() + "\n";
    }

    /// <summary>Its own certificate.</summary>
    public string Pem { get; }

    /// <summary>Issues a certificate for this machine.</summary>
    public IssuedCertificate Issue(string name, string use = CertificateUse.Server, DateTimeOffset? from = null, DateTimeOffset? to = null)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], false));
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 issued = request.Create(_certificate, from ?? now.AddDays(-10), to ?? now.AddDays(355), RandomNumberGenerator.GetBytes(8));
        return new IssuedCertificate(issued.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n", issued.SerialNumber);
    }

    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
    }
}
