using Google.Protobuf;

namespace TraceGap.Benchmarks.Load;

/// <summary>Embedded messages, tag and length included.</summary>
internal static class ProtoField
{
    /// <summary>The message as a field.</summary>
    public static byte[] Of(int field, ReadOnlySpan<byte> message)
    {
        byte[] header = Header(field, message.Length);
        return [.. header, .. message];
    }

    /// <summary>Tag and length of a message that follows.</summary>
    public static byte[] Header(int field, int length)
    {
        byte[] header = new byte[HeaderSize(field, length)];
        using CodedOutputStream output = new(header);
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteLength(length);
        output.Flush();
        return header;
    }

    /// <summary>Bytes of tag and length.</summary>
    public static int HeaderSize(int field, int length) => CodedOutputStream.ComputeTagSize(field) + CodedOutputStream.ComputeLengthSize(length);
}
