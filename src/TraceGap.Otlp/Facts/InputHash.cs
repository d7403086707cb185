using TraceGap.Otlp.Attributes;

namespace TraceGap.Otlp.Facts;

/// <summary>
/// A hash of what a span was given, so that it can be told whether another span of its trace was given the same, and nothing else: the trace id goes into it, and all but 32 bits are
/// forgotten. The order of the attributes does not matter.
/// </summary>
internal struct InputHash
{
    private ulong _sum;
    private bool _isCut;

    /// <summary>Adds one attribute of the input.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="value">Its value; what is neither text nor a list or map tells nothing.</param>
    /// <param name="mostBytes">Length at which a list or map was cut, bytes: of one that is so long nobody knows how it goes on.</param>
    public void Add(ReadOnlySpan<byte> key, in RawValue value, int mostBytes)
    {
        if (value.IsText && !value.Utf8.IsEmpty)
        {
            _isCut |= value.Kind == RawKind.Json && value.Utf8.Length >= mostBytes;
            _sum += Mix(Utf8Hash.Of(key), Utf8Hash.Of(value.Utf8));
        }
    }

    /// <summary>The hash; 0 if nothing is known of the input.</summary>
    public readonly uint Of(TraceId trace)
    {
        if (_sum == 0 || _isCut)
        {
            return 0;
        }

        return Math.Max(1, (uint)(Mix(Mix(_sum, trace.High), trace.Low) >> 32));
    }

    /// <summary>The finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014) over two numbers, of which the order matters.</summary>
    internal static ulong Mix(ulong left, ulong right)
    {
        ulong mixed = left + (right * 0x9E3779B97F4A7C15);
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
