using System.Net;
using System.Net.Sockets;

namespace TraceGap.Tests.Commands;

/// <summary>An HTTP server on a free port that gives every request the same answer and remembers what was asked.</summary>
internal sealed class CannedServer : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly int _status;
    private readonly byte[] _body;

    public CannedServer(int status, byte[] body)
    {
        _status = status;
        _body = body;
        Url = $"http://127.0.0.1:{FreePort()}";
        _listener.Prefixes.Add(Url + "/");
        _listener.Start();
        _ = AnswerAsync();
    }

    public string Url { get; }

    public List<string> Asked { get; } = [];

    /// <summary>Bodies that came with requests.</summary>
    public List<string> Told { get; } = [];

    public static int FreePort()
    {
        using TcpListener probe = new(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    public void Dispose() => _listener.Close();

    private async Task AnswerAsync()
    {
        try
        {
            while (true)
            {
                HttpListenerContext context = await _listener.GetContextAsync();
                Asked.Add(context.Request.RawUrl ?? "");
                if (context.Request.HasEntityBody)
                {
                    using StreamReader body = new(context.Request.InputStream);
                    Told.Add(await body.ReadToEndAsync());
                }

                context.Response.StatusCode = _status;
                await context.Response.OutputStream.WriteAsync(_body);
                context.Response.Close();
            }
        }
        catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
        {
            // The listener was closed: the test is over.
        }
    }
}
