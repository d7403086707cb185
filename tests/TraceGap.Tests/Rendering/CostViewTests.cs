using TraceGap.Rendering;

namespace TraceGap.Tests.Rendering;

public sealed class CostViewTests
{
    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    public void Costs_look_as_reviewed(int width) => Golden.Check($"costs-{width}.txt", Render(width));

    [Fact]
    public void Without_models_there_is_nothing_but_the_head() =>
        Golden.Check("costs-none.txt", ReportViewTests.Render(100, static console => CostView.Write(console, SampleReports.NoCosts)));

    [Theory]
    [InlineData(80)]
    [InlineData(97)]
    [InlineData(120)]
    public void No_line_is_wider_than_the_console(int width) => Assert.All(Render(width).Split('\n'), line => Assert.True(line.Length <= width, line));

    private static string Render(int width) => ReportViewTests.Render(width, static console => CostView.Write(console, SampleReports.Costs));
}
