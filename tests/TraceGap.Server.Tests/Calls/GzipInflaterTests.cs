using System.Buffers.Binary;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using TraceGap.Server.Calls;

namespace TraceGap.Server.Tests.Calls;

public sealed class GzipInflaterTests
{
    private const int Limit = 1 << 20;

    [Fact]
    public void Every_message_comes_back_as_it_was() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>().Filter(plain => plain.Length > 0), plain => Inflate(Compression.Gzip(plain)) is (InflateOutcome.Inflated, var inflated) && inflated.AsSpan().SequenceEqual(plain))
            .QuickCheckThrowOnFailure();

    [Fact]
    public void A_member_that_is_cut_anywhere_is_corrupt()
    {
        byte[] whole = Compression.Gzip(Encoding.UTF8.GetBytes(string.Join(' ', Enumerable.Range(0, 100))));
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.Equal(InflateOutcome.Corrupt, Inflate(whole[..length]).Outcome);
        }
    }

    [Fact]
    public void No_changed_byte_gives_another_message()
    {
        byte[] plain = Encoding.UTF8.GetBytes(string.Join(' ', Enumerable.Range(0, 100)));
        byte[] whole = Compression.Gzip(plain);
        for (int changed = 0; changed < whole.Length * 8; changed++)
        {
            byte[] damaged = [.. whole];
            damaged[changed / 8] ^= (byte)(1 << (changed % 8));
            (InflateOutcome outcome, byte[] inflated) = Inflate(damaged);
            Assert.True(outcome != InflateOutcome.Inflated || inflated.AsSpan().SequenceEqual(plain));
        }
    }

    [Fact]
    public void An_honest_bomb_is_refused_without_taking_memory()
    {
        byte[] bomb = Compression.Gzip(new byte[100 << 20]);
        InFlightBudget budget = new(long.MaxValue);
        using MessageBuffer compressed = Filled(bomb, budget);
        using MessageBuffer inflated = new(budget);
        long before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Equal(InflateOutcome.TooLarge, GzipInflater.Inflate(compressed, inflated, Limit));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1024);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(Limit)]
    public void A_bomb_that_lies_about_its_length_stops_at_the_limit(uint declared)
    {
        byte[] bomb = Compression.Gzip(new byte[100 << 20]);
        BinaryPrimitives.WriteUInt32LittleEndian(bomb.AsSpan(^4..), declared);
        InFlightBudget budget = new(long.MaxValue);
        using MessageBuffer compressed = Filled(bomb, budget);
        using MessageBuffer inflated = new(budget);
        long before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Equal(InflateOutcome.TooLarge, GzipInflater.Inflate(compressed, inflated, Limit));

        Assert.Equal((int)declared, inflated.Capacity);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, declared + (32 << 10));
    }

    [Fact]
    public void A_length_that_deflate_cannot_reach_takes_no_memory()
    {
        byte[] lie = Compression.Gzip([1, 2, 3]);
        BinaryPrimitives.WriteUInt32LittleEndian(lie.AsSpan(^4..), Limit);
        InFlightBudget budget = new(long.MaxValue);
        using MessageBuffer compressed = Filled(lie, budget);
        using MessageBuffer inflated = new(budget);

        Assert.Equal(InflateOutcome.Corrupt, GzipInflater.Inflate(compressed, inflated, Limit));
        Assert.Equal(0, inflated.Capacity);
    }

    [Fact]
    public void The_room_is_taken_from_the_budget()
    {
        byte[] gzip = Compression.Gzip(new byte[10_000]);
        InFlightBudget budget = new(gzip.Length + 9_999);
        using MessageBuffer compressed = Filled(gzip, budget);
        using MessageBuffer inflated = new(budget);

        Assert.Equal(InflateOutcome.OverBudget, GzipInflater.Inflate(compressed, inflated, Limit));
    }

    [Fact]
    public void Two_members_in_a_row_are_not_accepted() =>
        Assert.Equal(InflateOutcome.Corrupt, Inflate([.. Compression.Gzip("one"u8), .. Compression.Gzip("two"u8)]).Outcome);

    private static (InflateOutcome Outcome, byte[] Inflated) Inflate(byte[] gzip)
    {
        InFlightBudget budget = new(long.MaxValue);
        using MessageBuffer compressed = Filled(gzip, budget);
        using MessageBuffer inflated = new(budget);
        InflateOutcome outcome = GzipInflater.Inflate(compressed, inflated, Limit);
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
