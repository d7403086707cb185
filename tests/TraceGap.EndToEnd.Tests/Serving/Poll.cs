using System.Diagnostics;
using System.Net.Sockets;

namespace TraceGap.EndToEnd.Tests.Serving;

/// <summary>Waits for a condition of a running server; a limit only ends a test that would hang.</summary>
internal static class Poll
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <summary>Asks again and again until <paramref name="condition"/> holds; a connection that is refused is a no.</summary>
    public static async Task UntilAsync(Func<HttpClient, Task<bool>> condition, Func<string> otherwise)
    {
        using HttpClient client = new();
        Stopwatch waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                if (await condition(client))
                {
                    return;
                }
            }
            catch (Exception gone) when (gone is HttpRequestException or SocketException)
            {
            }

            Assert.True(waited.Elapsed < Limit, otherwise());
            await Task.Delay(100);
        }
    }
}
