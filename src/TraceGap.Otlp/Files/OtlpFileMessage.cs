namespace TraceGap.Otlp.Files;

/// <summary>One message of a file: a line, a document, or a length-prefixed message.</summary>
/// <param name="Position">Where it begins: <c>line 7</c>, or <c>byte 1024</c> of the (decompressed) file. Offsets in a reason count from there.</param>
/// <param name="Result">What came out of it.</param>
/// <param name="BytesRead">Bytes of the file as it lies on disk that were read so far: for progress against its length.</param>
public sealed record OtlpFileMessage(string Position, DecodeResult Result, long BytesRead)
{
    /// <summary>What is wrong with the message, named by its position; null if nothing is.</summary>
    public string? Problem =>
        Result.Malformed is not null ? $"{Position}: {Result.Malformed}"
        : Result.RejectReason is not null ? $"{Position}: {Result.RejectReason}"
        : null;
}
