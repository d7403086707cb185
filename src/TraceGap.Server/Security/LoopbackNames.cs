using System.Net;

namespace TraceGap.Server.Security;

/// <summary>
/// Tells by which names this machine calls itself. A page of a foreign site can have its own name resolve to 127.0.0.1 and then read an open query API from the
/// browser of whoever looks at it ("DNS rebinding"); the Host header still has the foreign name.
/// </summary>
internal static class LoopbackNames
{
    /// <summary>True if a request under this host may come from this machine's own user. No browser leaves the host out.</summary>
    public static bool Include(string host) =>
        host.Length == 0
        || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out IPAddress? address) && IPAddress.IsLoopback(address));
}
