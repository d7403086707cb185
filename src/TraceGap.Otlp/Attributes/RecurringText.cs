using TraceGap.Otlp.Batches;

namespace TraceGap.Otlp.Attributes;

/// <summary>A text that came in batch after batch, and its number in the one at hand: it is put there once, however many attributes have it.</summary>
internal sealed class RecurringText(byte[] utf8)
{
    private long _epoch;
    private int _number;

    public ReadOnlySpan<byte> Utf8 => utf8;

    /// <summary>The number of the text in the batch at hand.</summary>
    public int NumberIn(BatchTexts texts)
    {
        if (_epoch != texts.Epoch)
        {
            _number = texts.Add(utf8);
            _epoch = texts.Epoch;
        }

        return _number;
    }
}

/// <summary>The texts that recur. One entry a slot, the newcomer wins; one owner at a time.</summary>
internal sealed class RecurringTexts
{
    private const int Slots = 1024;

    private readonly RecurringText?[] _texts = new RecurringText?[Slots];

    public RecurringText Of(ReadOnlySpan<byte> utf8)
    {
        ref RecurringText? slot = ref _texts[Utf8Hash.Of(utf8) & (Slots - 1)];
        if (slot is null || !utf8.SequenceEqual(slot.Utf8))
        {
            slot = new RecurringText(utf8.ToArray());
        }

        return slot;
    }
}
