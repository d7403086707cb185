using System.Collections.Concurrent;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using TraceGap.Server.Configuration;
using TraceGap.Server.Security;
using TraceGap.Server.Tests.Calls;
using TraceGap.Server.Tests.Grpc;

namespace TraceGap.Server.Tests.Security;

/// <summary>A whole server on free ports whose files are looked at when the test says so, and what it logs.</summary>
internal sealed class SecuredServer : IAsyncDisposable
{
    private static readonly TimeSpan MoreThanOneLook = TimeSpan.FromSeconds(3);

    private readonly TraceGapServer _server;
    private readonly ManualTimeProvider _time;

    private SecuredServer(TraceGapServer server, ManualTimeProvider time, RecordedLog log)
    {
        _server = server;
        _time = time;
        Log = log;
    }

    public RecordedLog Log { get; }

    public Uri OtlpGrpc => _server.OtlpGrpc;

    public Uri OtlpHttp => _server.OtlpHttp;

    public Uri Http => _server.Http;

    public DateTimeOffset? CertificateExpiresAt => _server.CertificateExpiresAt;

    public static async Task<SecuredServer> StartAsync(SecretFolder files, SecurityOptions security, string host = "127.0.0.1", params string[] corsOrigins)
    {
        ManualTimeProvider time = new();
        time.Advance(TimeProvider.System.GetUtcNow() - time.GetUtcNow());
        RecordedLog log = new();
        ServerOptions options = new()
        {
            DataFolder = files.Data,
            OtlpGrpc = $"{host}:0",
            OtlpHttp = $"{host}:0",
            Http = $"{host}:0",
            Security = security,
        };
        options.OtlpHttpCorsOrigins.AddRange(corsOrigins);
        return new SecuredServer(await TraceGapServer.StartAsync(options, log, time), time, log);
    }

    /// <summary>Lets time pass until files were looked at again.</summary>
    public void LookAtFiles() => Pass(MoreThanOneLook);

    public void Pass(TimeSpan by) => _time.Advance(by);

    /// <summary>What a new connection is shown and agrees on.</summary>
    public static async Task<(string Serial, SslProtocols Version, string Protocol)> HandshakeAsync(
        Uri address, SslProtocols versions = SslProtocols.None, params SslApplicationProtocol[] offered)
    {
        using TcpClient tcp = new();
        await tcp.ConnectAsync("127.0.0.1", address.Port);
        using SslStream tls = new(tcp.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = versions,
            ApplicationProtocols = [.. offered],
#pragma warning disable CA5359 // The test looks at what is shown, whoever it is.
            RemoteCertificateValidationCallback = static (_, _, _, _) => true,
#pragma warning restore CA5359
        });
        return (((X509Certificate2)tls.RemoteCertificate!).SerialNumber, tls.SslProtocol, tls.NegotiatedApplicationProtocol.ToString());
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}

/// <summary>Log messages as they came.</summary>
internal sealed class RecordedLog : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<(EventId Id, string Text)> _entries = new();

    public IEnumerable<string> Texts => _entries.Select(static entry => entry.Text);

    /// <summary>Messages about security.</summary>
    public IEnumerable<int> SecurityEvents => _entries.Select(static entry => entry.Id.Id).Where(static id => id is >= 2200 and < 2300);

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _entries.Enqueue((eventId, $"{formatter(state, exception)} {exception}"));

    public void Dispose()
    {
    }
}
