namespace TraceGap.Otlp;

/// <summary>Every cap of decoding, with its reason. What lies beyond a cap is cut and counted, never refused, unless said otherwise.</summary>
public sealed record DecodeLimits
{
    /// <summary>The limits as documented.</summary>
    public static DecodeLimits Default { get; } = new();

    /// <summary>Default of <see cref="MaxValueChars"/>.</summary>
    public const int DefaultMaxValueChars = 256;

    /// <summary>Longest kept attribute value, UTF-16 code units. Keys on the list are identifiers, names and numbers; 256 holds every real one, and a prompt that strays in is cut.</summary>
    public int MaxValueChars { get; init; } = DefaultMaxValueChars;

    /// <summary>Longest kept span, scope or exception type name, UTF-16 code units. Names are meant to repeat; longer ones are text.</summary>
    public int MaxNameChars { get; init; } = 256;

    /// <summary>Most attributes kept of one span, scope or resource: the default attribute limit of OpenTelemetry SDKs.</summary>
    public int MaxKeptAttributes { get; init; } = 128;

    /// <summary>Deepest nesting of arrays and maps that is read; deeper values read as <c>null</c>. Real finish reasons nest once, tool results rarely beyond 8.</summary>
    public int MaxValueDepth { get; init; } = 16;

    /// <summary>How much of one content value is searched for facts, bytes: marks of failure stand at the top of a result, and work per value must be bounded.</summary>
    public int MaxContentBytes { get; init; } = 64 * 1024;

    /// <summary>How much of an error text is searched for facts, bytes: the message comes first, stack traces follow.</summary>
    public int MaxErrorTextBytes { get; init; } = 1024;

    /// <summary>Largest single message or line of a file, bytes; a larger one is named and passed over. It is held in memory while it is decoded.</summary>
    public int MaxFileMessageBytes { get; init; } = 256 * 1024 * 1024;
}
