namespace TraceGap.Server.Security;

/// <summary>Says of an endpoint what its callers need, where that is not what its listener asks of all.</summary>
internal static class EndpointScopes
{
    /// <summary>Callers need this scope.</summary>
    public static T RequireScope<T>(this T endpoint, AccessScope scope)
        where T : IEndpointConventionBuilder => endpoint.WithMetadata(new Needed(scope));

    /// <summary>Callers need nothing: probes, and what tells no secret.</summary>
    public static T AllowAnyone<T>(this T endpoint)
        where T : IEndpointConventionBuilder => endpoint.WithMetadata(new Needed(null));

    /// <summary>What callers of an endpoint need; null for nothing. What has no endpoint, as a wrong path, is guarded like the rest of its listener.</summary>
    public static AccessScope? ScopeOf(Endpoint? endpoint, AccessScope listener) =>
        endpoint?.Metadata.GetMetadata<Needed>() is { } needed ? needed.Scope : listener;

    private sealed record Needed(AccessScope? Scope);
}
