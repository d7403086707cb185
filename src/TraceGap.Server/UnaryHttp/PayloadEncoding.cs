namespace TraceGap.Server.UnaryHttp;

/// <summary>How a request body is compressed; names as in the register of HTTP content codings.</summary>
internal enum PayloadEncoding
{
    /// <summary>Not at all.</summary>
    Identity,

    /// <summary>gzip, RFC 1952.</summary>
    Gzip,

    /// <summary>zlib, RFC 1950.</summary>
    Deflate,
}
