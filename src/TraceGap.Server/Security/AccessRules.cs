using Microsoft.Extensions.Primitives;

namespace TraceGap.Server.Security;

/// <summary>Decides by its token whether a call may be served.</summary>
internal sealed class AccessRules(ScopeTokens ingest, ScopeTokens query)
{
    /// <summary>True if calls of this scope need a token.</summary>
    public bool NeedToken(AccessScope scope) => Of(scope).AreSet;

    /// <summary>Why a call of this scope with this header is not served; null if it is.</summary>
    public AccessRefusal? Judge(AccessScope scope, StringValues authorization)
    {
        if (!NeedToken(scope))
        {
            return null;
        }

        if (BearerToken.Of(authorization) is not string token)
        {
            return AccessRefusal.NoToken;
        }

        Span<byte> hash = stackalloc byte[TokenSet.HashSize];
        TokenSet.Hash(token, hash);
        bool isGood = Of(scope).Contain(hash);
        bool isGoodElsewhere = Of(scope == AccessScope.Ingest ? AccessScope.Query : AccessScope.Ingest).Contain(hash);
        return isGood ? null
            : isGoodElsewhere ? AccessRefusal.OtherScope(scope)
            : AccessRefusal.UnknownToken;
    }

    private ScopeTokens Of(AccessScope scope) => scope == AccessScope.Ingest ? ingest : query;
}
