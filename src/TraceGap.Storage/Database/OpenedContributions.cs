namespace TraceGap.Storage;

/// <summary>Contribution blocks that were opened a moment ago: traces of one block tend to be wanted together. One owner.</summary>
internal sealed class OpenedContributions
{
    private readonly SortedList<long, ContributionBlock?> _blocks = [];

    /// <summary>Finds the block of a number, if it was opened before; the block is null if it could not be read.</summary>
    public bool TryGet(long number, out long id, out ContributionBlock? block)
    {
        int low = 0;
        int high = _blocks.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = _blocks.GetKeyAtIndex(middle) <= number ? (middle + 1, high) : (low, middle);
        }

        id = low == 0 ? number : _blocks.GetKeyAtIndex(low - 1);
        block = low == 0 ? null : _blocks.GetValueAtIndex(low - 1);
        return low > 0 && (block is null ? id == number : number - id < block.Count);
    }

    public void Keep(long id, ContributionBlock? block) => _blocks[id] = block;
}
