namespace TraceGap.Server.Calls;

/// <summary>How large the message of a call was; a feature of its request once the message is read.</summary>
/// <param name="WireBytes">As sent.</param>
/// <param name="Bytes">Decompressed.</param>
internal sealed record MessageSizes(long WireBytes, long Bytes);
