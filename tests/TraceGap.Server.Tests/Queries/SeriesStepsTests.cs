using TraceGap.Server.Queries;

namespace TraceGap.Server.Tests.Queries;

public sealed class SeriesStepsTests
{
    [Theory]
    [InlineData(15, false, 1)]
    [InlineData(60, false, 1)]
    [InlineData(6 * 60, false, 5)]
    [InlineData(12 * 60, false, 10)]
    [InlineData((12 * 60) + 1, false, 60)]
    [InlineData(24 * 60, false, 60)]
    [InlineData(7 * 24 * 60, false, 120)]
    [InlineData(60, true, 2)]
    [InlineData(12 * 60, true, 30)]
    [InlineData(24 * 60, true, 60)]
    [InlineData(400 * 24 * 60, false, 4 * 24 * 60)]
    public void Steps_that_nobody_chose_are_few_and_whole_hours_over_more_than_half_a_day(long window, bool ofGroups, long expected)
    {
        Assert.Null(SeriesSteps.ReadStep(text: null, new EventWindow(1000, 1000 + window), ofGroups, out long minutes));
        Assert.Equal(expected, minutes);
    }

    [Fact]
    public void Steps_that_somebody_chose_are_as_they_were_chosen()
    {
        Assert.Null(SeriesSteps.ReadStep("15m", new EventWindow(0, 24 * 60), ofGroups: false, out long minutes));
        Assert.Equal(15, minutes);
    }
}
