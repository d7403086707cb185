namespace TraceGap.Server.Security;

/// <summary>What <see cref="SecurityOptions"/> amount to: tokens and certificates, read from their files.</summary>
internal sealed class SecuritySettings
{
    private readonly ScopeTokens _ingest;
    private readonly ScopeTokens _query;
    private readonly FileBacked<ServerIdentity>? _identity;
    private readonly FileBacked<ClientAuthorities>? _authorities;

    private SecuritySettings(SecurityOptions options)
    {
        _ingest = new ScopeTokens(AccessScope.Ingest, options.Ingest);
        _query = new ScopeTokens(AccessScope.Query, options.Query);
        Rules = new AccessRules(_ingest, _query);
        if (options.Certificate is string path)
        {
            SettingFile certificate = new("Tls:Certificate", path);
            SettingFile key = options.Key is string keyPath ? new SettingFile("Tls:Key", keyPath) : certificate;
            _identity = new FileBacked<ServerIdentity>([certificate, key], contents => ServerIdentity.Read(contents[0], certificate, contents[1], key));
            _authorities = options.ClientCa is string bundle ? Authorities(new SettingFile("Tls:ClientCa", bundle)) : null;
            Tls = new TlsCertificates(_identity, _authorities);
        }
    }

    /// <summary>Who may call.</summary>
    public AccessRules Rules { get; }

    /// <summary>The certificates; null without TLS.</summary>
    public TlsCertificates? Tls { get; }

    /// <summary>What is read from files and may change.</summary>
    public IEnumerable<IFileBacked> Files => new IFileBacked?[] { _identity, _authorities, _ingest.File, _query.File }.OfType<IFileBacked>();

    /// <summary>Reads what the options name, and judges whether these listeners may be opened under them.</summary>
    /// <returns>Everything that is wrong, each with its key; empty if all can be used.</returns>
    public static IReadOnlyList<string> Read(SecurityOptions options, IEnumerable<Listener> listeners, out SecuritySettings settings)
    {
        settings = new SecuritySettings(options);
        return
        [
            .. Missing(options),
            .. settings.Load(),
            .. listeners.Select(listener => ListenRule.Problem(listener, options)).OfType<string>(),
        ];
    }

    private List<string> Load()
    {
        List<string> problems = [.. new[] { _ingest.Problem, _query.Problem }.Where(static problem => problem.Length > 0)];
        foreach (IFileBacked file in Files)
        {
            if (file.Look() == FileLook.Failed)
            {
                problems.Add(file.Problem);
            }
        }

        return problems;
    }

    private static IEnumerable<string> Missing(SecurityOptions options)
    {
        if (options.Certificate is null && options.Key is not null)
        {
            yield return "Tls:Key: there is no Tls:Certificate that it belongs to";
        }

        if (options.Certificate is null && options.ClientCa is not null)
        {
            yield return "Tls:ClientCa: client certificates need TLS; set Tls:Certificate";
        }
    }

    private static FileBacked<ClientAuthorities> Authorities(SettingFile bundle) => new([bundle], contents => ClientAuthorities.Read(contents[0], bundle));
}
