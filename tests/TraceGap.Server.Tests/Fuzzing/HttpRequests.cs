using System.Globalization;
using System.Text;
using TraceGap.Otlp.Tests.Fuzzing;
using TraceGap.Server.Tests.Calls;
using TraceGap.Server.Tests.UnaryHttp;

namespace TraceGap.Server.Tests.Fuzzing;

/// <summary>Makes what is sent over one HTTP/1.1 connection: export requests whose head, framing, compression or message is changed, one behind the other, or cut.</summary>
internal static class HttpRequests
{
    private static readonly string[] RequestLines =
    [
        "POST /v1/traces HTTP/1.1", "POST /v1/traces HTTP/1.0", "GET /v1/traces HTTP/1.1", "PUT /v1/traces HTTP/1.1", "POST /v1/metrics HTTP/1.1", "OPTIONS * HTTP/1.1",
        "POST http://x/v1/traces HTTP/1.1", "POST /v1/traces/ HTTP/1.1", "POST /v1/%74races?a=%00 HTTP/1.1", "POST /%00%ff HTTP/1.1", "POST /../v1/traces HTTP/1.1",
        "POST /\u00e9 HTTP/1.1", "post /v1/traces HTTP/1.1", "POST  /v1/traces HTTP/1.1", "POST /v1/traces HTTP/2.0", "CONNECT a:1 HTTP/1.1", "X", "",
    ];

    private static readonly string[] Headers =
    [
        "Content-Length: 0", "Content-Length: 1", "Content-Length: -1", "Content-Length: 1048576", "Content-Length: 1048577", "Content-Length: 9223372036854775807",
        "Content-Length: 99999999999999999999", "Content-Length: 5, 5", "Content-Length: +5", "Content-Length: x", "Content-Length:", "Transfer-Encoding: chunked",
        "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: identity", "Transfer-Encoding: chunked, chunked", "Content-Encoding: gzip", "Content-Encoding: deflate",
        "Content-Encoding: br", "Content-Encoding: gzip, gzip", "Content-Encoding: GZIP", "Content-Encoding:", "Content-Type: application/json; charset=utf-16",
        "Content-Type: application/x-protobuf", "Content-Type: application/json", "Content-Type: text/plain", "Content-Type: ;", "Content-Type: a/b; c=\"",
        "Expect: 100-continue", "Expect: x", "Connection: close", "Connection: Upgrade", "Upgrade: h2c", "Host: a", "Host:", "Origin: null", "Authorization: Bearer x",
        "Accept-Encoding: gzip", "X: \u0001", ": x", "X", " folded", "X : y", "X: \u00ff", "Trailer: X", "Cookie: a=b; c", "Keep-Alive: 1", "TE: trailers",
    ];

    /// <summary>What is sent over one connection.</summary>
    public static byte[] Connection(Random random)
    {
        List<byte> bytes = [];
        for (int left = random.Next(1, 4); left > 0; left--)
        {
            bytes.AddRange(Request(random, isLast: left == 1));
        }

        byte[] sent = [.. bytes];
        return random.Next(4) switch
        {
            0 => sent[..random.Next(sent.Length + 1)],
            1 => ByteMutator.Change(random, sent, sent),
            _ => sent,
        };
    }

    private static byte[] Request(Random random, bool isLast)
    {
        bool isJson = random.Next(2) == 0;
        byte[] message = Message(random, isJson);
        List<string> headers = [$"Content-Type: application/{(isJson ? "json" : "x-protobuf")}"];
        byte[] body = Compress(random, message, headers);
        if (random.Next(3) == 0)
        {
            headers.Add("Transfer-Encoding: chunked");
            body = Chunked(random, body);
        }
        else
        {
            headers.Add($"Content-Length: {body.Length}");
        }

        if (isLast)
        {
            headers.Add("Connection: close");
        }

        string line = random.Next(4) == 0 ? random.GetItems(RequestLines, 1)[0] : RequestLines[0];
        ChangeHeaders(random, headers);
        return [.. Encoding.Latin1.GetBytes($"{line}\r\nHost: test\r\n{string.Concat(headers.Select(static header => header + "\r\n"))}\r\n"), .. body];
    }

    private static byte[] Message(Random random, bool isJson)
    {
        byte[][] seeds = isJson ? RecordedRequests.Json : RecordedRequests.Protobuf;
        byte[] message = random.GetItems(seeds, 1)[0];
        for (int left = random.Next(3); left > 0; left--)
        {
            byte[] other = random.GetItems(seeds, 1)[0];
            message = isJson ? JsonMutator.Change(random, message, other) : WireMutator.Change(random, message, other);
        }

        return message;
    }

    private static byte[] Compress(Random random, byte[] message, List<string> headers)
    {
        int kind = random.Next(6);
        if (kind > 2)
        {
            return message;
        }

        // Zeros compress to a thousandth: what is small on the wire is larger than any message may be.
        byte[] inflated = random.Next(6) == 0 ? new byte[4 << 20] : message;
        headers.Add($"Content-Encoding: {(kind == 0 ? "deflate" : "gzip")}");
        byte[] compressed = kind == 0 ? Compression.Zlib(inflated) : Compression.Gzip(inflated);
        return random.Next(3) == 0 ? ByteMutator.Change(random, compressed, compressed) : compressed;
    }

    private static byte[] Chunked(Random random, byte[] body)
    {
        byte[] head = HttpConnection.ChunkedPost("/", "a/b", body, random.Next(1, Math.Max(2, body.Length)));
        byte[] chunks = head[(head.AsSpan().IndexOf("\r\n\r\n"u8) + 4)..];
        return random.Next(6) switch
        {
            0 => ByteMutator.Change(random, chunks, chunks),
            1 => [.. Encoding.ASCII.GetBytes(random.Next(2) == 0 ? "ffffffffffffffff\r\n" : "-1\r\n"), .. chunks],
            2 => [.. chunks[..^2], .. "X: y\r\n\r\n"u8],
            3 => [.. "1;x=\"y\"\r\n{\r\n"u8, .. chunks],
            _ => chunks,
        };
    }

    private static void ChangeHeaders(Random random, List<string> headers)
    {
        switch (random.Next(8))
        {
            case 0:
                headers.Insert(random.Next(headers.Count + 1), random.GetItems(Headers, 1)[0]);
                break;
            case 1:
                headers[random.Next(headers.Count)] = random.GetItems(Headers, 1)[0];
                break;
            case 2:
                headers.RemoveAt(random.Next(headers.Count));
                break;
            case 3 when random.Next(5) == 0:
                headers.Add($"X: {new string('x', random.Next(1 << 16))}");
                break;
            case 3 when random.Next(5) == 0:
                headers.AddRange(Enumerable.Range(0, random.Next(200)).Select(static index => $"X{index.ToString(CultureInfo.InvariantCulture)}: y"));
                break;
            default:
                break;
        }
    }
}
