namespace TraceGap.Otlp.Attributes;

/// <summary>Cuts from a URL what may hold secrets or content.</summary>
internal static class Urls
{
    /// <summary>
    /// A path, or scheme, host and path, without query and fragment. Where the URL names a user, only host and path are left: what is
    /// left must be one piece of the input.
    /// </summary>
    public static ReadOnlySpan<byte> WithoutSecrets(ReadOnlySpan<byte> url)
    {
        int end = url.IndexOfAny((byte)'?', (byte)'#');
        url = end < 0 ? url : url[..end];
        int scheme = url.IndexOf("://"u8);
        if (scheme < 0)
        {
            return url;
        }

        ReadOnlySpan<byte> afterScheme = url[(scheme + 3)..];
        int slash = afterScheme.IndexOf((byte)'/');
        int at = (slash < 0 ? afterScheme : afterScheme[..slash]).LastIndexOf((byte)'@');
        return at < 0 ? url : afterScheme[(at + 1)..];
    }
}
