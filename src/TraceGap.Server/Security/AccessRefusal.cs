namespace TraceGap.Server.Security;

/// <summary>Why a call is not served.</summary>
internal enum AccessReason
{
    /// <summary>Client certificates are asked for, and the connection has none.</summary>
    NoClientCertificate,

    /// <summary>The call has no token, and its scope needs one.</summary>
    NoToken,

    /// <summary>The token is none of this server's.</summary>
    UnknownToken,

    /// <summary>The token is good for the other scope only.</summary>
    OtherScope,

    /// <summary>The call came to a listener for this machine under a name that is not this machine's.</summary>
    ForeignHost,
}

/// <summary>Why a call is not served, and what to do about it. No text holds anything that the caller sent.</summary>
/// <param name="Reason">The reason.</param>
/// <param name="Text">The reason and the way out, for people.</param>
internal sealed record AccessRefusal(AccessReason Reason, string Text)
{
    public static AccessRefusal NoClientCertificate { get; } = new(AccessReason.NoClientCertificate, "present a client certificate; this server takes no calls without one");

    public static AccessRefusal NoToken { get; } = new(AccessReason.NoToken, "a bearer token is needed: send the header \"authorization: Bearer TOKEN\"");

    public static AccessRefusal UnknownToken { get; } = new(AccessReason.UnknownToken, "the bearer token is none of this server's; it may have been replaced");

    public static AccessRefusal ForeignHost { get; } = new(
        AccessReason.ForeignHost, "without tokens the query API answers only to localhost and loopback addresses as host; set Tokens:Query to serve it under other names");

    /// <summary>The token is good for the other scope than <paramref name="needed"/>.</summary>
    public static AccessRefusal OtherScope(AccessScope needed) => new(
        AccessReason.OtherScope, needed == AccessScope.Ingest ? "the token is good for asking, not for sending spans" : "the token is good for sending spans, not for asking");
}

/// <summary>Answers a call that is not served, in the way of the protocol that the listener speaks.</summary>
internal delegate Task RefusalWriter(HttpContext context, AccessRefusal refusal);
