using System.Buffers.Binary;
using System.Text;
using TraceGap.Otlp.Tests.Fuzzing;
using TraceGap.Server.Tests.Calls;
using TraceGap.Server.Tests.Grpc;

namespace TraceGap.Server.Tests.Fuzzing;

/// <summary>Makes what is sent over one HTTP/2 connection, and bodies of gRPC calls: export requests that are changed at any height.</summary>
internal static class Http2Requests
{
    private static readonly (string Name, string Value)[] OddHeaders =
    [
        ("grpc-timeout", "0n"), ("grpc-timeout", "99999999H"), ("grpc-timeout", "1x"), ("grpc-encoding", "gzip"), ("grpc-encoding", "br"), ("content-type", "text/plain"),
        ("content-length", "5"), ("content-length", "-1"), (":path", "*"), (":method", "GET"), (":scheme", "x"), (":x", "y"), ("X", "upper"), ("connection", "close"), ("", ""),
        ("te", "x"), ("grpc-timeout", "\u0001"),
    ];

    /// <summary>What is sent over one connection: some calls, their frames in turn, and GOAWAY, after which the server ends what is under way and the connection.</summary>
    public static byte[] Connection(Random random)
    {
        List<byte[]> frames = [];
        for (int call = random.Next(1, 4); call > 0; call--)
        {
            frames.AddRange(Call(random, (2 * call) - (random.Next(20) == 0 ? 0 : 1)));
        }

        if (random.Next(3) == 0)
        {
            frames.Insert(random.Next(frames.Count + 1), Odd(random));
        }

        if (random.Next(4) == 0)
        {
            random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(frames));
        }

        byte[] sent = [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Frame(4, 0, 0, []), .. frames.SelectMany(static frame => frame), .. Frame(7, 0, 0, new byte[8])];
        return random.Next(3) switch
        {
            0 => sent[..random.Next(sent.Length + 1)],
            1 => ByteMutator.Change(random, sent, sent),
            _ => sent,
        };
    }

    /// <summary>The body of a call: a message in its frame, right or wrong.</summary>
    public static byte[] Body(Random random)
    {
        byte[] message = RecordedRequests.Protobuf[random.Next(RecordedRequests.Protobuf.Length)];
        for (int left = random.Next(3); left > 0; left--)
        {
            message = WireMutator.Change(random, message, random.GetItems(RecordedRequests.Protobuf, 1)[0]);
        }

        bool isCompressed = random.Next(3) == 0;
        byte[] frame = GrpcTestServer.Frame(isCompressed ? Compression.Gzip(random.Next(10) == 0 ? new byte[4 << 20] : message) : message, isCompressed ? (byte)1 : (byte)0);
        return random.Next(3) == 0 ? ByteMutator.Change(random, frame, frame) : frame;
    }

    private static IEnumerable<byte[]> Call(Random random, int stream)
    {
        List<(string, string)> headers =
        [
            (":method", "POST"), (":scheme", "http"), (":path", "/opentelemetry.proto.collector.trace.v1.TraceService/Export"), (":authority", "x"),
            ("content-type", "application/grpc"), ("te", "trailers"), ("grpc-encoding", "gzip"),
        ];
        if (random.Next(4) == 0)
        {
            headers.Insert(random.Next(headers.Count + 1), random.GetItems(OddHeaders, 1)[0]);
        }

        byte[] block = [.. headers.SelectMany(static header => Literal(header.Item1, header.Item2))];
        yield return Frame(1, 4, stream, block);
        byte[] body = Body(random);
        int size = random.Next(1, 16_384);
        for (int start = 0; start < body.Length; start += size)
        {
            int end = Math.Min(start + size, body.Length);
            yield return Frame(0, end == body.Length && random.Next(10) > 0 ? (byte)1 : (byte)0, stream, body[start..end]);
        }

        if (random.Next(8) == 0)
        {
            yield return Frame(3, 0, stream, [0, 0, 0, 8]);
        }
    }

    private static byte[] Odd(Random random)
    {
        byte[] payload = new byte[random.Next(3) == 0 ? random.Next(64) : random.GetItems([0, 4, 5, 6, 8], 1)[0]];
        random.NextBytes(payload);
        return Frame((byte)random.Next(12), (byte)random.Next(256), random.Next(8), payload);
    }

    private static byte[] Frame(byte type, byte flags, int stream, byte[] payload)
    {
        byte[] frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        frame[3] = type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame.AsSpan(9));
        return frame;
    }

    // Without indexing and without Huffman code (RFC 7541 section 6.2.2).
    private static byte[] Literal(string name, string value) =>
        [0, (byte)name.Length, .. Encoding.Latin1.GetBytes(name), (byte)value.Length, .. Encoding.Latin1.GetBytes(value)];
}
