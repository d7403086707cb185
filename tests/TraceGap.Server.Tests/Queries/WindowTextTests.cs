using TraceGap.Server.Queries;

namespace TraceGap.Server.Tests.Queries;

public sealed class WindowTextTests
{
    [Theory]
    [InlineData("500ms", 500_000_000L)]
    [InlineData("90s", 90_000_000_000L)]
    [InlineData("15m", 900_000_000_000L)]
    [InlineData("1h", 3_600_000_000_000L)]
    [InlineData("7d", 604_800_000_000_000L)]
    [InlineData("2w", 1_209_600_000_000_000L)]
    public void Durations_are_a_number_and_a_unit(string text, long nanos)
    {
        Assert.True(WindowText.TryParseDuration(text, out long read));
        Assert.Equal(nanos, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("h")]
    [InlineData("-1h")]
    [InlineData("0s")]
    [InlineData("1.5h")]
    [InlineData("1 h")]
    [InlineData("99999999999d")]
    public void Anything_else_is_no_duration(string text) => Assert.False(WindowText.TryParseDuration(text, out _));

    [Theory]
    [InlineData("2026-11-20T10:00:00Z", 1_795_168_800_000_000_000L)]
    [InlineData("2026-11-20T11:00:00+01:00", 1_795_168_800_000_000_000L)]
    [InlineData("1795168800", 1_795_168_800_000_000_000L)]
    public void Times_are_rfc_3339_or_unix_seconds(string text, long unixNanos)
    {
        Assert.True(WindowText.TryParseTime(text, out long read));
        Assert.Equal(unixNanos, read);
    }

    [Theory]
    [InlineData("yesterday")]
    [InlineData("1969-12-31T00:00:00Z")]
    [InlineData("")]
    public void Anything_else_is_no_time(string text) => Assert.False(WindowText.TryParseTime(text, out _));
}
