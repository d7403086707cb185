using FsCheck;
using FsCheck.Fluent;

namespace TraceGap.Otlp.Tests;

public class AttributeSetTests
{
    [Fact]
    public void A_key_is_found_if_and_only_if_it_is_there()
    {
        Prop.ForAll(Gen.ArrayOf(Gen.Choose(0, 300)).ToArbitrary(), static keys =>
        {
            AttributeSet set = AttributeSet.From(keys.Select(static key => KeyValuePair.Create(KeyOf(key), AttributeValue.Of((long)key))));

            Assert.All(Enumerable.Range(0, 301), key =>
            {
                Assert.Equal(keys.Contains(key), set.TryGet(KeyOf(key), out AttributeValue value));
                Assert.Equal(keys.Contains(key) ? key : 0, value.Bits);
            });
        }).QuickCheckThrowOnFailure();
    }

    private static string KeyOf(int number) => number == 0 ? "" : new string((char)('a' + (number % 7)), number % 5) + number;

    [Theory]
    [InlineData("", false)]
    [InlineData(" \t", false)]
    [InlineData("x", true)]
    public void Blank_text_is_absent(string text, bool isThere)
    {
        AttributeSet set = AttributeSet.From([KeyValuePair.Create("key", AttributeValue.Of(text))]);

        Assert.Equal(isThere, set.HasText("key"));
        Assert.Equal(isThere ? text : null, set.Text("key"));
        Assert.True(set.Has("key"));
    }
}
