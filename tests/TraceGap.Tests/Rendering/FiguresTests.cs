using TraceGap.Rendering;

namespace TraceGap.Tests.Rendering;

public sealed class FiguresTests
{
    [Theory]
    [InlineData(0.8333, "83.3 %")]
    [InlineData(1.0, "100.0 %")]
    [InlineData(0.0, "0.0 %")]
    [InlineData(0.9999, ">99.9 %")]
    [InlineData(0.0001, "<0.1 %")]
    [InlineData(null, "–")]
    public void Percentages_have_one_decimal_and_never_round_to_all_or_nothing(double? share, string expected) =>
        Assert.Equal(expected, Figures.Percent(share));

    [Theory]
    [InlineData(-0.0172, "−1.7")]
    [InlineData(0.0253, "+2.5")]
    [InlineData(0.0001, "0.0")]
    [InlineData(-0.0001, "0.0")]
    [InlineData(null, "–")]
    public void Differences_are_signed_unless_they_are_nothing(double? difference, string expected) =>
        Assert.Equal(expected, Figures.Points(difference));

    [Theory]
    [InlineData(0.0, "0.00 ms")]
    [InlineData(0.42, "0.42 ms")]
    [InlineData(9.996, "10.0 ms")]
    [InlineData(42.1, "42.1 ms")]
    [InlineData(421.4, "421 ms")]
    [InlineData(999.6, "1.00 s")]
    [InlineData(4210.0, "4.21 s")]
    [InlineData(59_960.0, "1 min")]
    [InlineData(750_000.0, "12 min 30 s")]
    [InlineData(3_599_900.0, "1 h")]
    [InlineData(7_500_000.0, "2 h 5 min")]
    [InlineData(null, "–")]
    public void Durations_have_three_digits_in_the_unit_that_suits_them(double? milliseconds, string expected) =>
        Assert.Equal(expected, Figures.Duration(milliseconds));

    [Theory]
    [InlineData("short", 5, "short")]
    [InlineData("execute_tool crm_lookup", 11, "execu…ookup")]
    [InlineData("abc", 1, "…")]
    public void Long_names_lose_their_middle(string text, int width, string expected) => Assert.Equal(expected, Figures.Shorten(text, width));

    [Theory]
    [InlineData(0.0, "")]
    [InlineData(1.0, "████")]
    [InlineData(0.5, "██")]
    [InlineData(0.53125, "██▏")]
    [InlineData(0.0000001, "▏")]
    public void Bars_are_an_eighth_of_a_character_fine_and_show_the_least_share(double share, string expected) => Assert.Equal(expected, Bars.Of(share, 4));
}
