using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace TraceGap.Server.Tests.Alerts;

/// <summary>A receiver of notifications on a free port that answers as it is told to, and remembers what came.</summary>
internal sealed class ListeningReceiver : IDisposable
{
    private readonly int _port = FreePort();
    private readonly ConcurrentQueue<Received> _received = new();
    private readonly TaskCompletionSource _neverAnswer = new();
    private HttpListener? _listener;

    public ListeningReceiver() => ComeBack();

    /// <summary>Where it listens.</summary>
    public Uri Url => new($"http://127.0.0.1:{_port}/hook");

    /// <summary>What came, in order.</summary>
    public IReadOnlyList<Received> All => [.. _received];

    /// <summary>Status of its answers; 0 for no answer at all.</summary>
    public int Status { get; set; } = 200;

    /// <summary>Stops listening: connections are refused.</summary>
    public void GoAway()
    {
        _listener?.Close();
        _listener = null;
    }

    /// <summary>Listens again.</summary>
    public void ComeBack()
    {
        _listener = new HttpListener();
        _listener.Prefixes.Add($"http://127.0.0.1:{_port}/");
        _listener.Start();
        _ = AnswerAsync(_listener);
    }

    public void Dispose()
    {
        _neverAnswer.TrySetResult();
        GoAway();
    }

    private static int FreePort()
    {
        using TcpListener probe = new(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private async Task AnswerAsync(HttpListener listener)
    {
        try
        {
            while (true)
            {
                HttpListenerContext context = await listener.GetContextAsync();
                _ = AnswerAsync(context);
            }
        }
        catch (Exception gone) when (gone is HttpListenerException or ObjectDisposedException)
        {
            // It was told to go away.
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            using MemoryStream body = new();
            await context.Request.InputStream.CopyToAsync(body);
            Dictionary<string, string> headers = context.Request.Headers.AllKeys.ToDictionary(static key => key!, key => context.Request.Headers[key]!, StringComparer.OrdinalIgnoreCase);
            int status = Status;
            _received.Enqueue(new Received(context.Request.Url!.AbsolutePath, headers, body.ToArray(), status));
            if (status == 0)
            {
                await _neverAnswer.Task;
            }

            context.Response.StatusCode = status == 0 ? 500 : status;
            context.Response.Close();
        }
        catch (Exception gone) when (gone is HttpListenerException or ObjectDisposedException or IOException)
        {
            // The sender gave up, or the receiver went away.
        }
    }
}

/// <summary>A request.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Headers">Its headers.</param>
/// <param name="Body">Its body.</param>
/// <param name="Status">How it was answered; 0 for not at all.</param>
internal sealed record Received(string Path, Dictionary<string, string> Headers, byte[] Body, int Status);
