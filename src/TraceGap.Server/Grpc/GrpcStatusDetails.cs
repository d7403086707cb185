namespace TraceGap.Server.Grpc;

/// <summary>Writes <c>grpc-status-details-bin</c>: a <c>google.rpc.Status</c> that carries a <c>google.rpc.RetryInfo</c>, in base64 without padding.</summary>
internal static class GrpcStatusDetails
{
    /// <summary>The header's value for a failed call that is worth another try after <paramref name="retryAfter"/>.</summary>
    public static string Encode(GrpcStatusCode code, string message, TimeSpan retryAfter) =>
        Convert.ToBase64String(RpcStatus.Write(code, message, RpcStatus.RetryInfo(retryAfter))).TrimEnd('=');
}
