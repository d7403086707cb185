using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace TraceGap.Server.Tests.UnaryHttp;

/// <summary>An answer as it came over the wire.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Headers">Headers by name, whatever its case.</param>
/// <param name="Body">The body.</param>
internal sealed record HttpWireReply(int Status, Dictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public string ContentType => Headers["content-type"];

    public bool Closes => Headers.GetValueOrDefault("connection") == "close";
}

/// <summary>A client that writes and reads HTTP/1.1 by hand, so that it can send half a request, two at once, or a broken one.</summary>
internal sealed class HttpConnection : IDisposable
{
    private readonly TcpClient _client = new();
    private NetworkStream _stream = null!;

    public static async Task<HttpConnection> OpenAsync(Uri server)
    {
        HttpConnection connection = new();
        await connection._client.ConnectAsync(server.Host, server.Port);
        connection._stream = connection._client.GetStream();
        connection._stream.ReadTimeout = 60_000;
        return connection;
    }

    /// <summary>The head of a POST; the lines end each with a line end of their own.</summary>
    public static byte[] Head(string path, params string[] headers) =>
        Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: test\r\n{string.Concat(headers.Select(header => header + "\r\n"))}\r\n");

    /// <summary>A whole POST with a body of known length.</summary>
    public static byte[] Post(string path, string contentType, ReadOnlySpan<byte> body, params string[] headers) =>
        [.. Head(path, [$"Content-Type: {contentType}", $"Content-Length: {body.Length}", .. headers]), .. body];

    /// <summary>A whole POST with a body in chunks of the given size.</summary>
    public static byte[] ChunkedPost(string path, string contentType, ReadOnlySpan<byte> body, int chunk, params string[] headers)
    {
        List<byte> request = [.. Head(path, [$"Content-Type: {contentType}", "Transfer-Encoding: chunked", .. headers])];
        for (int sent = 0; sent < body.Length; sent += chunk)
        {
            ReadOnlySpan<byte> piece = body.Slice(sent, Math.Min(chunk, body.Length - sent));
            request.AddRange(Encoding.ASCII.GetBytes($"{piece.Length:x}\r\n"));
            request.AddRange(piece);
            request.AddRange("\r\n"u8);
        }

        request.AddRange("0\r\n\r\n"u8);
        return [.. request];
    }

    public Task WriteAsync(ReadOnlyMemory<byte> bytes) => _stream.WriteAsync(bytes).AsTask();

    public async Task<HttpWireReply> AskAsync(ReadOnlyMemory<byte> request)
    {
        await WriteAsync(request);
        return await ReadAsync();
    }

    /// <summary>Reads one answer; an interim one (100) has no body.</summary>
    public async Task<HttpWireReply> ReadAsync()
    {
        string[] status = (await ReadLineAsync()).Split(' ', 3);
        Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
        for (string line = await ReadLineAsync(); line.Length > 0; line = await ReadLineAsync())
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            headers[line[..colon]] = line[(colon + 1)..].Trim();
        }

        byte[] body = new byte[headers.TryGetValue("content-length", out string? length) ? int.Parse(length, CultureInfo.InvariantCulture) : 0];
        await _stream.ReadExactlyAsync(body);
        return new HttpWireReply(int.Parse(status[1], CultureInfo.InvariantCulture), headers, body);
    }

    /// <summary>Waits until the server ends the connection; false if it sends something instead.</summary>
    public async Task<bool> IsEndedAsync()
    {
        try
        {
            return await _stream.ReadAsync(new byte[1]) == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>Ends the connection at once, as a client that dies does.</summary>
    public void Reset()
    {
        _client.LingerState = new LingerOption(true, 0);
        _client.Close();
    }

    public void Dispose() => _client.Dispose();

    private async Task<string> ReadLineAsync()
    {
        List<byte> line = [];
        byte[] one = new byte[1];
        while (line.Count < 2 || line[^2] != '\r' || line[^1] != '\n')
        {
            await _stream.ReadExactlyAsync(one);
            line.Add(one[0]);
        }

        return Encoding.ASCII.GetString([.. line[..^2]]);
    }
}
