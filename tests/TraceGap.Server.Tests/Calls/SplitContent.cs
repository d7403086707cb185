using System.Net;

namespace TraceGap.Server.Tests.Calls;

/// <summary>A body that is sent in pieces of the given sizes, a DATA frame each, and the rest as one.</summary>
internal sealed class SplitContent(byte[] body, int[] sizes) : HttpContent
{
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        int sent = 0;
        foreach (int size in sizes)
        {
            int piece = Math.Min(size, body.Length - sent);
            await stream.WriteAsync(body.AsMemory(sent, piece));
            await stream.FlushAsync();
            sent += piece;
        }

        await stream.WriteAsync(body.AsMemory(sent));
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
