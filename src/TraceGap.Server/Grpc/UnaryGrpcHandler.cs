namespace TraceGap.Server.Grpc;

/// <summary>One request message in, one reply out.</summary>
/// <param name="message">The decompressed message. The memory is lent: it is valid until the returned task completes.</param>
/// <param name="cancellationToken">Cancelled when the client gave up or its deadline passed. The call waits for the handler, so the handler must heed it.</param>
public delegate ValueTask<GrpcReply> UnaryGrpcHandler(ReadOnlyMemory<byte> message, CancellationToken cancellationToken);
