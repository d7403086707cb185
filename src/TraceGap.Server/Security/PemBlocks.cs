using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace TraceGap.Server.Security;

/// <summary>Reads certificates from the text of PEM files (RFC 7468).</summary>
internal static class PemBlocks
{
    private const string Begin = "-----BEGIN";

    /// <summary>PEM is ASCII; what is around its blocks may be anything.</summary>
    public static string Text(byte[] content) => Encoding.Latin1.GetString(content);

    /// <summary>All certificates of a file, in its order.</summary>
    public static Loaded<X509Certificate2Collection> Certificates(string pem, SettingFile file)
    {
        // The framework passes over a block that does not end, which is what a file looks like while it is written.
        if (!IsWhole(pem))
        {
            return Loaded<X509Certificate2Collection>.Failed(file.Problem("ends within a PEM block"));
        }

        X509Certificate2Collection certificates = [];
        try
        {
            certificates.ImportFromPem(pem);
        }
        catch (CryptographicException)
        {
            return Loaded<X509Certificate2Collection>.Failed(file.Problem("holds a damaged certificate"));
        }

        return certificates.Count > 0
            ? Loaded<X509Certificate2Collection>.Of(certificates)
            : Loaded<X509Certificate2Collection>.Failed(file.Problem("holds no PEM certificate"));
    }

    private static bool IsWhole(ReadOnlySpan<char> pem)
    {
        while (PemEncoding.TryFind(pem, out PemFields block))
        {
            if (pem[..block.Location.Start].Contains(Begin, StringComparison.Ordinal))
            {
                return false;
            }

            pem = pem[block.Location.End..];
        }

        return !pem.Contains(Begin, StringComparison.Ordinal);
    }
}
