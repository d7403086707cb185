using Microsoft.Extensions.Primitives;

namespace TraceGap.Server.Security;

/// <summary>Reads the header <c>authorization: Bearer …</c> (RFC 6750 section 2.1).</summary>
internal static class BearerToken
{
    private const string Scheme = "Bearer ";

    /// <summary>The token of a call; null if it has none, or several.</summary>
    public static string? Of(StringValues authorization)
    {
        // A call with two of them has no say in which is meant.
        if (authorization.Count != 1 || authorization[0] is not string value || !value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        string token = value[Scheme.Length..].Trim(' ');
        return token.Length == 0 ? null : token;
    }
}
