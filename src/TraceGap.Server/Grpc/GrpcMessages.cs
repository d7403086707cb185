using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;

namespace TraceGap.Server.Grpc;

/// <summary>Reads request messages with Google.Protobuf, for services where nothing is hot.</summary>
internal static class GrpcMessages
{
    /// <summary>Reads a message; false if the bytes are none.</summary>
    public static bool TryParse<T>(MessageParser<T> parser, ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out T? message)
        where T : class, IMessage<T>
    {
        try
        {
            message = parser.ParseFrom(bytes.Span);
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            message = null;
            return false;
        }
    }
}
