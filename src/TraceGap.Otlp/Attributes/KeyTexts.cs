using TraceGap.Otlp.Batches;

namespace TraceGap.Otlp.Attributes;

/// <summary>The numbers that the keys of the table have as texts of the batch at hand; a key that many spans have is put there once.</summary>
internal sealed class KeyTexts(KeyTable keys, BatchTexts texts)
{
    private readonly Entry[] _byRank = new Entry[keys.Ranked.Length];

    /// <summary>The number of the key of <paramref name="rank"/>.</summary>
    public int Of(int rank)
    {
        ref Entry entry = ref _byRank[rank];
        if (entry.Epoch != texts.Epoch)
        {
            entry = new Entry { Text = texts.Add(keys.Ranked[rank].Utf8), Epoch = texts.Epoch };
        }

        return entry.Text;
    }

    private struct Entry
    {
        public long Epoch;
        public int Text;
    }
}
