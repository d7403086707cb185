using TraceGap.Server.Security;

namespace TraceGap.Server.Tests.Security;

/// <summary>What is read from files at start, and what is wrong with them.</summary>
public sealed class SecurityFilesTests : IDisposable
{
    private readonly TestAuthority _authority = new("root");
    private readonly SecretFolder _files = new();

    public void Dispose()
    {
        _files.Dispose();
        _authority.Dispose();
    }

    [Fact]
    public void Certificate_and_key_are_read_from_one_file_or_two()
    {
        IssuedCertificate issued = _authority.Issue("server");
        _files.Write(issued);
        Assert.Empty(Problems(new SecurityOptions { Certificate = _files.Certificate, Key = _files.Key }));

        File.WriteAllText(_files.Certificate, issued.KeyPem + issued.CertificatePem + _authority.Pem);
        Assert.Empty(Problems(new SecurityOptions { Certificate = _files.Certificate }));
    }

    [Fact]
    public void Everything_that_is_wrong_is_told_at_once_with_its_key()
    {
        SecurityOptions options = new()
        {
            Certificate = _files.Certificate,
            Key = _files.Key,
            ClientCa = _files.ClientCa,
            Ingest = new TokenOptions { Values = ["two words"] },
            Query = new TokenOptions { File = _files.QueryTokens },
        };
        File.WriteAllText(_files.ClientCa, "no certificate");
        File.WriteAllText(_files.QueryTokens, "\n");

        Assert.Equal(
            [
                "Tokens:Ingest: token 1 has a space in it",
                $"Tls:Certificate: {_files.Certificate}: no such file",
                $"Tls:ClientCa: {_files.ClientCa}: holds no PEM certificate",
                $"Tokens:QueryFile: {_files.QueryTokens}: holds no token",
            ],
            Problems(options));
    }

    [Fact]
    public void A_key_that_does_not_belong_to_the_certificate_is_named()
    {
        _files.Write(_authority.Issue("server"));
        File.WriteAllText(_files.Key, _authority.Issue("other").KeyPem);

        Assert.Equal(
            $"Tls:Key: {_files.Key}: the private key does not belong to the certificate in {_files.Certificate}, or is damaged",
            Assert.Single(Problems(new SecurityOptions { Certificate = _files.Certificate, Key = _files.Key })));
    }

    [Theory]
    [InlineData("", "holds no private key")]
    [InlineData("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n", "the private key is encrypted")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "the private key does not belong")]
    public void A_key_file_without_a_usable_key_is_named(string content, string problem)
    {
        _files.Write(_authority.Issue("server"));
        File.WriteAllText(_files.Key, content);

        Assert.StartsWith(
            $"Tls:Key: {_files.Key}: {problem}",
            Assert.Single(Problems(new SecurityOptions { Certificate = _files.Certificate, Key = _files.Key })),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_cut_anywhere_within_is_never_taken()
    {
        IssuedCertificate issued = _authority.Issue("server");
        _files.Write(issued, _authority.Pem);
        string whole = File.ReadAllText(_files.Certificate);
        int firstEnds = issued.CertificatePem.TrimEnd().Length;
        int secondEnds = whole.TrimEnd().Length;

        // Cut between two certificates, the file is a valid, shorter chain.
        for (int length = 0; length < secondEnds; length += 7)
        {
            File.WriteAllText(_files.Certificate, whole[..length]);
            bool isTaken = Problems(new SecurityOptions { Certificate = _files.Certificate, Key = _files.Key }).Count == 0;
            Assert.True(!isTaken || (length >= firstEnds && !whole[firstEnds..length].Contains("-----BEGIN", StringComparison.Ordinal)), $"cut at {length}");
        }
    }

    [Fact]
    public void Authorities_without_a_root_are_refused_since_no_client_could_be_taken()
    {
        using TestAuthority intermediate = new("intermediate", _authority);
        _files.Write(_authority.Issue("server"));
        File.WriteAllText(_files.ClientCa, intermediate.Pem);

        Assert.StartsWith(
            $"Tls:ClientCa: {_files.ClientCa}: holds no root certificate",
            Assert.Single(Problems(new SecurityOptions { Certificate = _files.Certificate, Key = _files.Key, ClientCa = _files.ClientCa })),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Parts_of_tls_without_a_certificate_are_errors() => Assert.Equal(
        ["Tls:Key: there is no Tls:Certificate that it belongs to", "Tls:ClientCa: client certificates need TLS; set Tls:Certificate"],
        Problems(new SecurityOptions { Key = "key.pem", ClientCa = "ca.pem" }));

    private static IReadOnlyList<string> Problems(SecurityOptions options) => SecuritySettings.Read(options, [], out _);
}
