namespace TraceGap.Otlp.Wire;

/// <summary>A part of the request: from <paramref name="Start"/> up to, not including, <paramref name="End"/>; offsets in the whole request.</summary>
internal readonly record struct WireRange(int Start, int End)
{
    public int Length => End - Start;
}
