namespace TraceGap.Server.Grpc;

/// <summary>The status that ends a call.</summary>
/// <param name="Code">The code.</param>
/// <param name="Message">What went wrong, for people; empty on success.</param>
/// <param name="RetryAfter">When another try makes sense; sent as <c>google.rpc.RetryInfo</c>. Null: the status says nothing about it.</param>
public readonly record struct GrpcStatus(GrpcStatusCode Code, string Message, TimeSpan? RetryAfter = null)
{
    /// <summary>Success.</summary>
    public static GrpcStatus Ok { get; } = new(GrpcStatusCode.Ok, "");
}
