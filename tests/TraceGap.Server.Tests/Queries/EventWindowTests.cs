using TraceGap.Server.Queries;

namespace TraceGap.Server.Tests.Queries;

public sealed class EventWindowTests
{
    private const long Now = (1000 * EventWindow.MinuteNanos) + 1;

    [Fact]
    public void Without_parameters_it_is_the_hour_that_ends_now_in_whole_minutes() => AssertWindow(new ReportQuery(), 940, 1001);

    [Fact]
    public void A_length_goes_before_the_end_or_behind_the_start()
    {
        AssertWindow(new ReportQuery { Window = "10m" }, 990, 1001);
        AssertWindow(new ReportQuery { Window = "10m", To = "6000" }, 90, 100);
        AssertWindow(new ReportQuery { Window = "10m", From = "6000" }, 100, 110);
        AssertWindow(new ReportQuery { From = "6000", To = "6001" }, 100, 101);
        AssertWindow(new ReportQuery { From = "6000" }, 100, 1001);
    }

    [Theory]
    [InlineData("x", null, null, "window: \"x\"")]
    [InlineData(null, "x", null, "from: \"x\"")]
    [InlineData(null, null, "x", "to: \"x\"")]
    [InlineData(null, "60", "60", "from: must lie before to")]
    [InlineData("1h", "0", "60", "window: give two")]
    public void What_is_wrong_is_named(string? window, string? from, string? to, string expected) =>
        Assert.StartsWith(expected, EventWindow.Read(new ReportQuery { Window = window, From = from, To = to }, Now, out _), StringComparison.Ordinal);

    private static void AssertWindow(ReportQuery query, long from, long to)
    {
        Assert.Null(EventWindow.Read(query, Now, out EventWindow window));
        Assert.Equal(new EventWindow(from, to), window);
    }
}
