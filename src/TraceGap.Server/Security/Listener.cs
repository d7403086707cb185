using System.Net;

namespace TraceGap.Server.Security;

/// <summary>An address that is listened on, and what is served there.</summary>
/// <param name="Key">The key that sets the address.</param>
/// <param name="EndPoint">The address.</param>
/// <param name="Scopes">What is served there.</param>
internal sealed record Listener(string Key, IPEndPoint EndPoint, IReadOnlyList<AccessScope> Scopes)
{
    /// <summary>True if only this machine can connect.</summary>
    public bool IsLoopback => IPAddress.IsLoopback(EndPoint.Address);
}
