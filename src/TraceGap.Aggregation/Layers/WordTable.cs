using System.Diagnostics.CodeAnalysis;

namespace TraceGap.Aggregation;

/// <summary>What a fixed set of words stands for. Made for words that are mostly not in it, such as span names: a look costs a few nanoseconds whatever the word.</summary>
internal sealed class WordTable<T>
    where T : class
{
    // Mostly free slots, so that most looks for absent words end at the first.
    private const int SlotsPerWord = 8;

    private readonly (string Word, T? Item)[] _slots;

    public WordTable(IReadOnlyCollection<KeyValuePair<string, T>> words)
    {
        _slots = new (string, T?)[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, words.Count * SlotsPerWord))];
        foreach ((string word, T item) in words)
        {
            _slots[SlotOf(word)] = (word, item);
        }
    }

    public bool TryGet(string word, [NotNullWhen(true)] out T? item)
    {
        item = _slots[SlotOf(word)].Item;
        return item is not null;
    }

    private int SlotOf(string word)
    {
        int slot = (int)(HashOf(word) >> 7) & (_slots.Length - 1);
        while (_slots[slot].Item is not null && _slots[slot].Word != word)
        {
            slot = (slot + 1) & (_slots.Length - 1);
        }

        return slot;
    }

    // Length, middle and end tell the words of conventions apart; nobody but the tables chooses what is entered, so looks stay short.
    private static uint HashOf(string word) =>
        word.Length == 0 ? 0 : (uint)((word.Length * 131) + (word[0] * 31) + (word[word.Length >> 1] * 7) + word[^1]) * 2654435769u;
}
