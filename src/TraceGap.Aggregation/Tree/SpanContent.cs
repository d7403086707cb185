using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>
/// The canonical bytes of all that is kept of a span: equal spans have equal bytes on every machine, and no two different spans share them. Needed only where a span id
/// came more than once, so it is written for clarity and not for speed.
/// </summary>
internal static class SpanContent
{
    /// <summary>The canonical bytes; every text is preceded by its length, every set by its count.</summary>
    public static byte[] Encode(SpanRecord span)
    {
        ArrayBufferWriter<byte> bytes = new(512);
        Write(bytes, (long)span.TraceId.High);
        Write(bytes, (long)span.TraceId.Low);
        Write(bytes, (long)span.SpanId.Value);
        Write(bytes, (long)span.ParentSpanId.Value);
        Write(bytes, span.Name);
        Write(bytes, (long)span.Kind);
        Write(bytes, (long)span.Status);
        Write(bytes, span.Flags);
        Write(bytes, span.StartUnixNanos);
        Write(bytes, span.EndUnixNanos);
        Write(bytes, span.Resource.Attributes);
        Write(bytes, span.Scope.Name);
        Write(bytes, span.Scope.Version);
        Write(bytes, span.Scope.Attributes);
        Write(bytes, span.Attributes);
        Write(bytes, (long)span.Facts);
        Write(bytes, span.ExceptionType is null ? 0 : 1);
        Write(bytes, span.ExceptionType ?? "");
        Write(bytes, span.ResultCount);
        Write(bytes, span.InputHash);
        Write(bytes, span.Weight);
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Orders two different spans by the SHA-256 of their canonical bytes.</summary>
    public static int CompareHashes(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        Span<byte> leftHash = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> rightHash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(left, leftHash);
        SHA256.HashData(right, rightHash);
        return leftHash.SequenceCompareTo(rightHash);
    }

    private static void Write(ArrayBufferWriter<byte> bytes, AttributeSet set)
    {
        Write(bytes, set.Count);
        foreach ((string key, AttributeValue value) in set.Items)
        {
            Write(bytes, key);
            Write(bytes, (long)value.Type);
            Write(bytes, value.Bits);
            Write(bytes, value.Type == AttributeType.Text ? value.AsText() : "");
        }
    }

    private static void Write(ArrayBufferWriter<byte> bytes, string text)
    {
        Write(bytes, Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, bytes);
    }

    private static void Write(ArrayBufferWriter<byte> bytes, long number)
    {
        BinaryPrimitives.WriteInt64BigEndian(bytes.GetSpan(sizeof(long)), number);
        bytes.Advance(sizeof(long));
    }
}
