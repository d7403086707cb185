using System.Text;
using FsCheck;
using FsCheck.Fluent;
using TraceGap.Server.Calls;

namespace TraceGap.Server.Tests.Calls;

public sealed class ZlibInflaterTests
{
    private const int Limit = 1 << 20;

    private static readonly byte[] Plain = Encoding.UTF8.GetBytes(string.Join(' ', Enumerable.Range(0, 100)));

    [Fact]
    public void Every_message_comes_back_as_it_was() =>
        Prop.ForAll(
                ArbMap.Default.ArbFor<byte[]>().Filter(plain => plain.Length > 0),
                plain => Inflate(Compression.Zlib(plain)) is (InflateOutcome.Inflated, var inflated) && inflated.AsSpan().SequenceEqual(plain))
            .QuickCheckThrowOnFailure();

    [Fact]
    public void A_large_message_comes_back_as_it_was()
    {
        byte[] plain = new byte[Limit];
        Array.Fill(plain, (byte)255);

        (InflateOutcome outcome, byte[] inflated) = Inflate(Compression.Zlib(plain));

        Assert.Equal(InflateOutcome.Inflated, outcome);
        Assert.Equal(plain, inflated);
    }

    [Fact]
    public void A_message_that_is_cut_anywhere_is_corrupt()
    {
        byte[] whole = Compression.Zlib(Plain);
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.Equal(InflateOutcome.Corrupt, Inflate(whole[..length]).Outcome);
        }
    }

    [Fact]
    public void No_changed_byte_gives_another_message()
    {
        byte[] whole = Compression.Zlib(Plain);
        for (int changed = 0; changed < whole.Length * 8; changed++)
        {
            byte[] damaged = [.. whole];
            damaged[changed / 8] ^= (byte)(1 << (changed % 8));
            (InflateOutcome outcome, byte[] inflated) = Inflate(damaged);
            Assert.True(outcome != InflateOutcome.Inflated || inflated.AsSpan().SequenceEqual(Plain));
        }
    }

    [Fact]
    public void A_bomb_stops_at_the_limit_and_takes_no_memory()
    {
        byte[] bomb = Compression.Zlib(new byte[100 << 20]);
        InFlightBudget budget = new(long.MaxValue);
        using MessageBuffer compressed = Filled(bomb, budget);
        using MessageBuffer inflated = new(budget);
        long before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Equal(InflateOutcome.TooLarge, ZlibInflater.Inflate(compressed, inflated, Limit));

        Assert.Equal(0, inflated.Capacity);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 32 << 10);
    }

    [Fact]
    public void The_room_is_taken_from_the_budget()
    {
        byte[] zlib = Compression.Zlib(new byte[10_000]);
        InFlightBudget budget = new(zlib.Length + 9_999);
        using MessageBuffer compressed = Filled(zlib, budget);
        using MessageBuffer inflated = new(budget);

        Assert.Equal(InflateOutcome.OverBudget, ZlibInflater.Inflate(compressed, inflated, Limit));
    }

    [Fact]
    public void What_has_no_zlib_frame_or_something_behind_it_is_corrupt()
    {
        byte[] zlib = Compression.Zlib(Plain);

        Assert.Equal(InflateOutcome.Corrupt, Inflate(zlib[2..^4]).Outcome);
        Assert.Equal(InflateOutcome.Corrupt, Inflate([.. zlib, 0]).Outcome);
        Assert.Equal(InflateOutcome.Corrupt, Inflate([0x78, 0x20 | 0x19, .. zlib[2..]]).Outcome);
    }

    private static (InflateOutcome Outcome, byte[] Inflated) Inflate(byte[] zlib)
    {
        InFlightBudget budget = new(long.MaxValue);
        using MessageBuffer compressed = Filled(zlib, budget);
        using MessageBuffer inflated = new(budget);
        InflateOutcome outcome = ZlibInflater.Inflate(compressed, inflated, Limit);
        return (outcome, inflated.Memory.ToArray());
    }

    private static MessageBuffer Filled(byte[] bytes, InFlightBudget budget)
    {
        MessageBuffer message = new(budget);
        Assert.True(message.TryReserve(bytes.Length));
        bytes.CopyTo(message.Free);
        message.Advance(bytes.Length);
        return message;
    }
}
