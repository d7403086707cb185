using System.Buffers.Text;
using System.Numerics;

namespace TraceGap.Otlp.Facts;

/// <summary>The distinct indices <c>{i}</c> of keys such as <c>retrieval.documents.{i}.document.id</c>.</summary>
internal sealed class IndexSet
{
    // A retrieval that returns more than a thousand documents to a model is not told apart from one that returns a thousand.
    private const int Capacity = 1024;

    private readonly ulong[] _bits = new ulong[Capacity / 64];

    public int Count { get; private set; }

    public void Clear()
    {
        if (Count > 0)
        {
            Array.Clear(_bits);
            Count = 0;
        }
    }

    /// <summary>Takes the number at the start of <paramref name="rest"/>, the key without its prefix.</summary>
    public void Add(ReadOnlySpan<byte> rest)
    {
        if (!Utf8Parser.TryParse(rest, out uint index, out int read) || index >= Capacity || read >= rest.Length || rest[read] != (byte)'.')
        {
            return;
        }

        ref ulong word = ref _bits[index / 64];
        ulong bit = 1UL << (int)(index % 64);
        Count += (word & bit) == 0 ? 1 : 0;
        word |= bit;
    }
}
