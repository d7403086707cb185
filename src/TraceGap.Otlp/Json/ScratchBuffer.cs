namespace TraceGap.Otlp.Json;

/// <summary>A buffer for one unescaped text at a time.</summary>
internal sealed class ScratchBuffer
{
    // One huge text must not be paid for by every decoder for ever.
    private const int MaxKept = 1024 * 1024;

    private byte[] _bytes = new byte[256];

    /// <summary>The unescaped text of a JSON string; valid until the next call.</summary>
    public ReadOnlySpan<byte> Unescape(ReadOnlySpan<byte> escaped, out bool replaced)
    {
        byte[] bytes = escaped.Length <= _bytes.Length ? _bytes : new byte[escaped.Length];
        if (bytes.Length <= MaxKept)
        {
            _bytes = bytes;
        }

        return JsonStrings.Unescape(escaped, bytes, out replaced);
    }
}
