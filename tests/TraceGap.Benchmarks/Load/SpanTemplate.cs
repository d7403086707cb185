using System.Buffers.Binary;

namespace TraceGap.Benchmarks.Load;

/// <summary>A span that was encoded once; sending one is a copy with ids, times and random values written over it. Its size never changes.</summary>
internal sealed class SpanTemplate
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private static readonly byte[] Alphabet = System.Text.Encoding.ASCII.GetBytes(Letters);

    /// <summary>The span as a field of ScopeSpans, tag and length included.</summary>
    public required byte[] Bytes { get; init; }

    public required int TraceIdAt { get; init; }

    public required int SpanIdAt { get; init; }

    /// <summary>0 if the span is a root.</summary>
    public required int ParentIdAt { get; init; }

    public required int StartAt { get; init; }

    public required int EndAt { get; init; }

    public required RandomValue[] Values { get; init; }

    /// <summary>Typical duration, ns.</summary>
    public required long TypicalNanos { get; init; }

    /// <summary>Writes one span.</summary>
    public void Write(Span<byte> target, RunningTrace trace, int node, Random random)
    {
        Bytes.CopyTo(target);
        BinaryPrimitives.WriteUInt64LittleEndian(target[TraceIdAt..], trace.IdHigh);
        BinaryPrimitives.WriteUInt64LittleEndian(target[(TraceIdAt + 8)..], trace.IdLow);
        BinaryPrimitives.WriteUInt64LittleEndian(target[SpanIdAt..], trace.SpanIds[node]);
        BinaryPrimitives.WriteInt64LittleEndian(target[StartAt..], trace.Starts[node]);
        BinaryPrimitives.WriteInt64LittleEndian(target[EndAt..], trace.Ends[node]);
        if (ParentIdAt > 0)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(target[ParentIdAt..], trace.SpanIds[trace.Plan.Nodes[node].Parent]);
        }

        foreach (RandomValue value in Values)
        {
            Span<byte> place = target.Slice(value.At, value.Length);
            switch (value.Source)
            {
                case RandomSource.Number:
                    WriteNumber(place, random);
                    break;
                case RandomSource.TextOfTrace:
                    WriteText(place, trace.IdHigh ^ trace.IdLow);
                    break;
                default:
                    WriteText(place, (ulong)random.NextInt64());
                    break;
            }
        }
    }

    private static void WriteNumber(Span<byte> place, Random random)
    {
        int value = random.Next(128, 1 << 13);
        place[0] = (byte)(value | 0x80);
        place[1] = (byte)(value >> 7);
    }

    private static void WriteText(Span<byte> place, ulong seed)
    {
        ulong state = seed;
        for (int i = 0; i < place.Length; i++)
        {
            if (i % 10 == 0)
            {
                // A step of SplitMix64 (Steele, Lea, Flood 2014).
                seed += 0x9E3779B97F4A7C15;
                state = (seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9;
                state = (state ^ (state >> 27)) * 0x94D049BB133111EB;
            }

            place[i] = Alphabet[(int)(state & 63)];
            state >>= 6;
        }
    }
}
