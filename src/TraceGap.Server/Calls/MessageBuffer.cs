using System.Buffers;

namespace TraceGap.Server.Calls;

/// <summary>A message in pooled memory, with the part of the budget that it holds. One owner, which disposes it once.</summary>
internal sealed class MessageBuffer : IDisposable
{
    /// <summary>The pool rounds up to powers of two and keeps what it gets: fine for ordinary messages, twice the limit for the rare large ones.</summary>
    private const int LargestPooled = 1 << 20;

    private readonly InFlightBudget _budget;
    private byte[] _buffer = [];
    private long _taken;

    public MessageBuffer(InFlightBudget budget) => _budget = budget;

    /// <summary>Bytes that the message has so far.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes that the message had as it was sent; set where that is not <see cref="Length"/>.</summary>
    public int? WireLength { get; set; }

    /// <summary>What the message cost to send and to hold.</summary>
    public MessageSizes Sizes => new(WireLength ?? Length, Length);

    /// <summary>Bytes that there is room for.</summary>
    public int Capacity { get; private set; }

    /// <summary>The message.</summary>
    public ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, Length);

    /// <summary>Where the next bytes go; empty when the room is used up.</summary>
    public Memory<byte> Free => _buffer.AsMemory(Length, Capacity - Length);

    /// <summary>The message as a stream; to be closed before the message is disposed.</summary>
    public Stream OpenRead() => new MemoryStream(_buffer, 0, Length, writable: false);

    /// <summary>Makes room for <paramref name="capacity"/> bytes in all, if the budget has them.</summary>
    public bool TryReserve(int capacity)
    {
        int more = capacity - Capacity;
        if (more <= 0)
        {
            return true;
        }

        if (!_budget.TryTake(more))
        {
            return false;
        }

        _taken += more;
        Capacity = capacity;
        if (capacity > _buffer.Length)
        {
            Grow(capacity);
        }

        return true;
    }

    /// <summary>Counts <paramref name="bytes"/> that were written to the start of <see cref="Free"/>.</summary>
    public void Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, Capacity - Length);
        Length += bytes;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        GiveBack(_buffer);
        _budget.Return(_taken);
        _buffer = [];
        _taken = 0;
        Length = 0;
        Capacity = 0;
    }

    private void Grow(int capacity)
    {
        byte[] larger = capacity <= LargestPooled ? ArrayPool<byte>.Shared.Rent(capacity) : GC.AllocateUninitializedArray<byte>(capacity);
        _buffer.AsSpan(0, Length).CopyTo(larger);
        GiveBack(_buffer);
        _buffer = larger;
    }

    private static void GiveBack(byte[] buffer)
    {
        if (buffer.Length is > 0 and <= LargestPooled)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
