using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace TraceGap.Server.Tests.Grpc;

/// <summary>Frame types of HTTP/2 (RFC 9113 section 6).</summary>
internal enum Http2Type : byte
{
    Data = 0,
    Headers = 1,
    ResetStream = 3,
    Settings = 4,
    Ping = 6,
    GoAway = 7,
    WindowUpdate = 8,
}

internal sealed record Http2Frame(Http2Type Type, byte Flags, int Stream, byte[] Payload)
{
    public const byte EndStream = 1;
    public const byte Ack = 1;
    public const byte EndHeaders = 4;
}

/// <summary>A bare HTTP/2 connection for what no client lets a test do or see: single frames and their flags.</summary>
internal sealed class Http2Connection : IAsyncDisposable
{
    private readonly TcpClient _tcp = new() { NoDelay = true };
    private NetworkStream _stream = null!;

    public static async Task<Http2Connection> OpenAsync(Uri address)
    {
        Http2Connection connection = new();
        await connection._tcp.ConnectAsync(address.Host, address.Port);
        connection._stream = connection._tcp.GetStream();
        await connection._stream.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
        await connection.WriteAsync(new Http2Frame(Http2Type.Settings, 0, 0, []));
        return connection;
    }

    public async Task WriteAsync(Http2Frame frame)
    {
        byte[] bytes = new byte[9 + frame.Payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, frame.Payload.Length << 8);
        bytes[3] = (byte)frame.Type;
        bytes[4] = frame.Flags;
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(5), frame.Stream);
        frame.Payload.CopyTo(bytes.AsSpan(9));
        await _stream.WriteAsync(bytes);
    }

    /// <summary>Opens a stream; the headers are literals without indexing and without Huffman code (RFC 7541 section 6.2.2).</summary>
    public Task WriteHeadersAsync(int stream, params (string Name, string Value)[] headers)
    {
        using MemoryStream block = new();
        foreach ((string name, string value) in headers)
        {
            block.WriteByte(0);
            WriteText(block, name);
            WriteText(block, value);
        }

        return WriteAsync(new Http2Frame(Http2Type.Headers, Http2Frame.EndHeaders, stream, block.ToArray()));
    }

    public async Task<Http2Frame> ReadAsync()
    {
        byte[] head = new byte[9];
        await _stream.ReadExactlyAsync(head);
        byte[] payload = new byte[BinaryPrimitives.ReadInt32BigEndian(head) >> 8];
        await _stream.ReadExactlyAsync(payload);
        return new Http2Frame((Http2Type)head[3], head[4], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)), payload);
    }

    /// <summary>Reads on to the next frame of one of <paramref name="types"/>.</summary>
    public async Task<Http2Frame> ReadAsync(params Http2Type[] types)
    {
        while (true)
        {
            Http2Frame frame = await ReadAsync();
            if (types.Contains(frame.Type))
            {
                return frame;
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        _tcp.Dispose();
        return ValueTask.CompletedTask;
    }

    private static void WriteText(MemoryStream block, string text)
    {
        Assert.InRange(text.Length, 0, 126);
        block.WriteByte((byte)text.Length);
        block.Write(Encoding.ASCII.GetBytes(text));
    }
}
