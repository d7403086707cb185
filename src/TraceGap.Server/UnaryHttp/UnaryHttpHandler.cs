namespace TraceGap.Server.UnaryHttp;

/// <summary>One request message in, one reply out.</summary>
/// <param name="message">The decompressed message. The memory is lent: it is valid until the returned task completes.</param>
/// <param name="format">How it is written, and how the reply's message must be.</param>
/// <param name="cancellationToken">Cancelled when the client is gone. The call waits for the handler, so the handler must heed it.</param>
public delegate ValueTask<HttpReply> UnaryHttpHandler(ReadOnlyMemory<byte> message, PayloadFormat format, CancellationToken cancellationToken);
