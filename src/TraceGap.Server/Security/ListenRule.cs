namespace TraceGap.Server.Security;

/// <summary>Beyond loopback is listened only where tokens or client certificates protect all that is served, or the user insists.</summary>
internal static class ListenRule
{
    /// <summary>Why a listener must not be opened; null if it may.</summary>
    public static string? Problem(Listener listener, SecurityOptions options)
    {
        if (listener.IsLoopback || options.Insecure || options.ClientCa is not null)
        {
            return null;
        }

        string[] open = [.. Open(listener, options).Select(static scope => $"Tokens:{scope}")];
        return open.Length == 0
            ? null
            : $"{listener.Key}: {listener.EndPoint} is open to other machines without protection: "
                + $"set {string.Join(" and ", open)} (or …File), or Tls:ClientCa, or listen on 127.0.0.1, or accept it with --insecure";
    }

    /// <summary>What anyone may do who can connect.</summary>
    public static IEnumerable<AccessScope> Open(Listener listener, SecurityOptions options) =>
        options.ClientCa is null ? listener.Scopes.Where(scope => !options.TokensOf(scope).AreSet) : [];
}
