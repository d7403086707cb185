namespace TraceGap.Server.Security;

/// <summary>
/// Secures the listeners of a server, each by one call of <see cref="For"/>, and follows the files that certificates and tokens are read from: what changes on disk is
/// taken up without a restart. Where this is decided: <see cref="ListenRule"/> (may an address be opened), <see cref="TlsCertificates"/> (handshake),
/// <see cref="AccessRules"/> (tokens), <see cref="ListenerSecurity"/> (the gate that asks them).
/// </summary>
internal sealed class ServerSecurity : IDisposable
{
    /// <summary>How often files are looked at: soon enough for a person who has just replaced one, and next to no work.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(2);

    private readonly SecurityOptions _options;
    private readonly SecuritySettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer? _timer;
    private CertificateAge _toldAge = CertificateAge.Valid;

    /// <summary>Begins to follow the files.</summary>
    /// <param name="options">What the user set.</param>
    /// <param name="settings">The same, read without a problem.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where changes and problems are told.</param>
    public ServerSecurity(SecurityOptions options, SecuritySettings settings, TimeProvider time, ILogger logger)
    {
        _options = options;
        _settings = settings;
        _time = time;
        _logger = logger;
        TellAge();
        if (_settings.Files.Any())
        {
            _timer = time.CreateTimer(static self => ((ServerSecurity)self!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(LookInterval, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>When the certificate that is in use expires; null without TLS.</summary>
    public DateTimeOffset? CertificateExpiresAt => _settings.Tls?.Identity.ExpiresAt;

    /// <summary>What secures a listener.</summary>
    /// <param name="listener">The listener.</param>
    /// <param name="scope">What its callers need where the endpoint says nothing else.</param>
    /// <param name="refuse">How a refusal is told there.</param>
    /// <param name="hasProbes">It has probes, which are answered without a client certificate too.</param>
    public ListenerSecurity For(Listener listener, AccessScope scope, RefusalWriter refuse, bool hasProbes = false) => new()
    {
        Listener = listener,
        Scope = scope,
        Refuse = refuse,
        Tls = _settings.Tls,
        Rules = _settings.Rules,
        HasProbes = hasProbes,

        // Browsers get at the query API alone: they speak no gRPC, and another site's page may not send OTLP's content types.
        LoopbackNamesOnly = listener.IsLoopback && !_options.Insecure && scope == AccessScope.Query && ListenRule.Open(listener, _options).Contains(AccessScope.Query),
    };

    /// <summary>Tells once what about the listeners deserves a second thought.</summary>
    public void TellRisks(IReadOnlyCollection<Listener> listeners)
    {
        Listener[] reachable = [.. listeners.Where(static listener => !listener.IsLoopback)];
        Listener[] open = [.. reachable.Where(listener => ListenRule.Open(listener, _options).Any())];
        if (open.Length > 0)
        {
            SecurityLog.Insecure(_logger, EndPoints(open));
        }

        Listener[] plain = [.. reachable.Where(listener => _settings.Tls is null && listener.Scopes.Any(_settings.Rules.NeedToken))];
        if (plain.Length > 0)
        {
            SecurityLog.PlainTextTokens(_logger, EndPoints(plain));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    private static string EndPoints(Listener[] listeners) => string.Join(", ", listeners.Select(static listener => listener.EndPoint));

    private void Look()
    {
        foreach (IFileBacked file in _settings.Files)
        {
            switch (file.Look())
            {
                case FileLook.Loaded:
                    SecurityLog.FileTaken(_logger, file.Keys);
                    break;
                case FileLook.Failed:
                    SecurityLog.FileNotTaken(_logger, file.Problem);
                    break;
            }
        }

        TellAge();

        // One look after the other: a slow disk must not pile them up.
        _timer?.Change(LookInterval, Timeout.InfiniteTimeSpan);
    }

    private void TellAge()
    {
        if (_settings.Tls?.Identity is not { } identity)
        {
            return;
        }

        CertificateAge age = CertificateLife.Age(identity.ValidFrom, identity.ExpiresAt, _time.GetUtcNow());
        if (age == _toldAge)
        {
            return;
        }

        _toldAge = age;
        switch (age)
        {
            case CertificateAge.EndsSoon:
                SecurityLog.CertificateEndsSoon(_logger, identity.Subject, identity.ExpiresAt);
                break;
            case CertificateAge.Expired:
                SecurityLog.CertificateExpired(_logger, identity.Subject, identity.ExpiresAt);
                break;
            case CertificateAge.NotYet:
                SecurityLog.CertificateNotYetValid(_logger, identity.Subject, identity.ValidFrom);
                break;
        }
    }
}
