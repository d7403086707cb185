namespace TraceGap.Storage;

/// <summary>Why stored bytes could not be read.</summary>
public enum CodecError
{
    /// <summary>They could.</summary>
    None,

    /// <summary>The bytes end before the value does, or a count claims more elements than bytes are left.</summary>
    Truncated,

    /// <summary>The format version is none that this build reads.</summary>
    UnknownVersion,

    /// <summary>The checksum does not match the bytes.</summary>
    BadChecksum,

    /// <summary>The compressed body does not unpack to the length it states.</summary>
    BadCompression,

    /// <summary>A table index points outside its table.</summary>
    BadIndex,

    /// <summary>A number lies outside the range of what it stands for.</summary>
    BadValue,

    /// <summary>Bytes are left over behind the last value.</summary>
    TrailingBytes,
}
