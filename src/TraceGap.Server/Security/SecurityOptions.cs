namespace TraceGap.Server.Security;

/// <summary>Who may connect and who may call. Without any of it everything is open, on loopback alone.</summary>
public sealed class SecurityOptions
{
    /// <summary>PEM file with the server's certificate, then the intermediates that are served with it. With it all listeners speak TLS alone.</summary>
    public string? Certificate { get; set; }

    /// <summary>PEM file with the unencrypted private key; null: it is in <see cref="Certificate"/>.</summary>
    public string? Key { get; set; }

    /// <summary>PEM file with the certification authorities, roots included, of which clients must present a certificate; null: they need none.</summary>
    public string? ClientCa { get; set; }

    /// <summary>Tokens of which one is needed to send spans.</summary>
    public TokenOptions Ingest { get; set; } = new();

    /// <summary>Tokens of which one is needed to ask.</summary>
    public TokenOptions Query { get; set; } = new();

    /// <summary>Listen beyond loopback although neither tokens nor client certificates protect what is served there.</summary>
    public bool Insecure { get; set; }

    /// <summary>The tokens of a scope.</summary>
    internal TokenOptions TokensOf(AccessScope scope) => scope == AccessScope.Ingest ? Ingest : Query;
}
