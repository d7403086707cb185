using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using TraceGap.Server.Grpc;

namespace TraceGap.Server.Tests.Grpc;

public sealed class GrpcTextTests
{
    [Fact]
    public void A_status_message_is_printable_ascii_and_decodes_to_itself() =>
        Prop.ForAll<string>(text =>
        {
            string kept = GrpcStatusText.Cut(text ?? "");
            string encoded = GrpcStatusText.Encode(kept);
            return encoded.Length <= GrpcStatusText.MaxEncodedLength
                && encoded.All(character => character is >= ' ' and <= '~')
                && Uri.UnescapeDataString(encoded) == kept;
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("50 %", "50 %25")]
    [InlineData("a\r\nb", "a%0D%0Ab")]
    [InlineData("→", "%E2%86%92")]
    public void Status_messages_are_percent_encoded(string text, string encoded) => Assert.Equal(encoded, GrpcStatusText.Encode(text));

    [Fact]
    public void Half_a_surrogate_pair_is_replaced() => Assert.Equal("%EF%BF%BD", GrpcStatusText.Encode("\ud800"));

    [Fact]
    public void A_long_status_message_is_cut_between_runes()
    {
        string kept = GrpcStatusText.Cut(string.Concat(Enumerable.Repeat("😀", 1000)));

        Assert.Equal(string.Concat(Enumerable.Repeat("😀", 85)), kept);
    }

    [Theory]
    [InlineData("1H", 36_000_000_000)]
    [InlineData("2M", 1_200_000_000)]
    [InlineData("3S", 30_000_000)]
    [InlineData("4m", 40_000)]
    [InlineData("5u", 50)]
    [InlineData("600n", 6)]
    [InlineData("99n", 0)]
    [InlineData("0S", 0)]
    [InlineData("99999999u", 999_999_990)]
    public void Timeouts_are_read_in_their_unit(string text, long ticks)
    {
        Assert.True(GrpcTimeout.TryParse(text, out TimeSpan timeout));
        Assert.Equal(ticks, timeout.Ticks);
    }

    [Theory]
    [InlineData("99999999H")]
    [InlineData("99999999S")]
    [InlineData("721H")]
    public void A_timeout_beyond_what_a_timer_can_wait_is_none(string text)
    {
        Assert.True(GrpcTimeout.TryParse(text, out TimeSpan timeout));
        Assert.Equal(Timeout.InfiniteTimeSpan, timeout);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 1, 0)]
    [InlineData(1.25, 1, 250_000_000)]
    public void Status_details_carry_the_retry_delay(double delay, long seconds, int nanos)
    {
        string encoded = GrpcStatusDetails.Encode(GrpcStatusCode.Unavailable, "later, please", TimeSpan.FromSeconds(delay));

        Assert.DoesNotContain('=', encoded);
        (int code, string message, Any detail) = ReadStatus(Convert.FromBase64String(encoded.PadRight((encoded.Length + 3) / 4 * 4, '=')));
        Assert.Equal(14, code);
        Assert.Equal("later, please", message);
        Assert.Equal("type.googleapis.com/google.rpc.RetryInfo", detail.TypeUrl);
        Assert.Equal(new Duration { Seconds = seconds, Nanos = nanos }, ReadRetryDelay(detail.Value.ToByteArray()));
    }

    private static (int Code, string Message, Any Detail) ReadStatus(byte[] bytes)
    {
        CodedInputStream input = new(bytes);
        Any detail = new();
        Assert.Equal(WireFormat.MakeTag(1, WireFormat.WireType.Varint), input.ReadTag());
        int code = input.ReadInt32();
        Assert.Equal(WireFormat.MakeTag(2, WireFormat.WireType.LengthDelimited), input.ReadTag());
        string message = input.ReadString();
        Assert.Equal(WireFormat.MakeTag(3, WireFormat.WireType.LengthDelimited), input.ReadTag());
        input.ReadMessage(detail);
        Assert.True(input.IsAtEnd);
        return (code, message, detail);
    }

    private static Duration ReadRetryDelay(byte[] bytes)
    {
        CodedInputStream input = new(bytes);
        Duration delay = new();
        Assert.Equal(WireFormat.MakeTag(1, WireFormat.WireType.LengthDelimited), input.ReadTag());
        input.ReadMessage(delay);
        Assert.True(input.IsAtEnd);
        return delay;
    }
}
