namespace TraceGap.Server.Security;

/// <summary>Log messages of TLS and access; event ids 2200 to 2299, never reused. No message holds a token.</summary>
internal static partial class SecurityLog
{
    [LoggerMessage(2200, LogLevel.Warning, "{Problem}; what was read before stays in use.")]
    public static partial void FileNotTaken(ILogger logger, string problem);

    [LoggerMessage(2201, LogLevel.Information, "{Keys}: changed on disk and taken up.")]
    public static partial void FileTaken(ILogger logger, string keys);

    [LoggerMessage(2202, LogLevel.Warning, "The certificate of {Subject} expires at {ExpiresAt:O}; renew it.")]
    public static partial void CertificateEndsSoon(ILogger logger, string subject, DateTimeOffset expiresAt);

    [LoggerMessage(2203, LogLevel.Warning, "The certificate of {Subject} expired at {ExpiresAt:O}; clients will refuse it.")]
    public static partial void CertificateExpired(ILogger logger, string subject, DateTimeOffset expiresAt);

    [LoggerMessage(2204, LogLevel.Warning, "The certificate of {Subject} is not valid before {ValidFrom:O}; clients will refuse it until then.")]
    public static partial void CertificateNotYetValid(ILogger logger, string subject, DateTimeOffset validFrom);

    [LoggerMessage(2205, LogLevel.Warning, "Insecure: {EndPoints} can be used by anyone who can connect.")]
    public static partial void Insecure(ILogger logger, string endPoints);

    [LoggerMessage(2206, LogLevel.Warning, "Tokens travel in plain text to {EndPoints}; set Tls:Certificate unless a proxy in front speaks TLS.")]
    public static partial void PlainTextTokens(ILogger logger, string endPoints);
}
