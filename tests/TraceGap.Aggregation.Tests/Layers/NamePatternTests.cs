namespace TraceGap.Aggregation.Tests;

public class NamePatternTests
{
    [Theory]
    [InlineData("step #", "step 12", true)]
    [InlineData("step #", "step ", false)]
    [InlineData("step #", "Step 1", false)]
    [InlineData("step #", "step 1a", false)]
    [InlineData("Branch<*", "Branch<a>", true)]
    [InlineData("Branch<*", "Branch", false)]
    [InlineData("a*b*c", "a-b-b-c", true)]
    [InlineData("a*b*c", "a-c-b", false)]
    [InlineData("*x", "aaax", true)]
    [InlineData("", "", true)]
    [InlineData("*", "", true)]
    public void A_shape_matches_the_whole_name(string shape, string name, bool matches) => Assert.Equal(matches, NamePattern.Matches(shape, name));

    [Theory]
    [InlineData("execute_tool", " Execute-Tool ", true)]
    [InlineData("tools/call", "\"tools/call\"", true)]
    [InlineData("chat", "chats", false)]
    public void Values_are_compared_as_people_write_them(string value, string text, bool matches)
    {
        Assert.Equal(matches, FoldedText.Comparer.Equals(value, text));
        Assert.True(!matches || FoldedText.Comparer.GetHashCode(value) == FoldedText.Comparer.GetHashCode(text));
    }
}
