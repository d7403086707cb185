namespace TraceGap.Server.Tests.Security;

/// <summary>A folder with the files of a secured server, removed with the test.</summary>
internal sealed class SecretFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("tracegap-secrets-").FullName;

    public string Certificate => Path.Combine(_path, "server.pem");

    public string Key => Path.Combine(_path, "server.key");

    public string ClientCa => Path.Combine(_path, "clients.pem");

    public string IngestTokens => Path.Combine(_path, "ingest.tokens");

    public string QueryTokens => Path.Combine(_path, "query.tokens");

    public string Data => Path.Combine(_path, "data");

    public void Write(IssuedCertificate issued, string chain = "")
    {
        File.WriteAllText(Certificate, issued.CertificatePem + chain);
        File.WriteAllText(Key, issued.KeyPem);
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
