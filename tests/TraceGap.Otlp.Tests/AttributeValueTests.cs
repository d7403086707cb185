using System.Globalization;

namespace TraceGap.Otlp.Tests;

public sealed class AttributeValueTests
{
    public static TheoryData<string> Texts => ["", " ", "\t\u2003\u00a0", "a", " a", "ä", "gen_ai", "\U0001F600", "true", "-1.5", new string('x', 300)];

    [Theory]
    [MemberData(nameof(Texts))]
    public void A_text_of_a_batch_is_what_the_same_string_is(string text)
    {
        AttributeValue plain = AttributeValue.Of(text);
        AttributeValue first = InBatch(text);
        AttributeValue second = InBatch(text);
        Assert.True(first.TryGetUtf8(out ReadOnlySpan<byte> utf8));
        Assert.Equal(text, System.Text.Encoding.UTF8.GetString(utf8));
        Assert.False(plain.TryGetUtf8(out _));
        Assert.All(
            new[] { (plain, first), (first, plain), (first, second) },
            pair =>
            {
                Assert.Equal(pair.Item1, pair.Item2);
                Assert.Equal(pair.Item1.GetHashCode(), pair.Item2.GetHashCode());
                Assert.Equal(pair.Item1.IsBlank, pair.Item2.IsBlank);
                Assert.Equal(pair.Item1.AsNumber(), pair.Item2.AsNumber());
                Assert.Equal(pair.Item1.AsBoolean(), pair.Item2.AsBoolean());
                Assert.Equal(text, pair.Item1.AsText());
                Assert.Equal(0, pair.Item1.Bits);
            });
        Assert.Equal(string.IsNullOrWhiteSpace(text), first.IsBlank);
    }

    [Fact]
    public void Values_of_other_texts_or_other_types_are_not_equal()
    {
        AttributeValue[] values =
        [
            AttributeValue.Of("1"), InBatch("2"), AttributeValue.Of(1), AttributeValue.Of(2), AttributeValue.Of(1.0), AttributeValue.Of(true), InBatch(""), InBatch("true"),
        ];
        for (int i = 0; i < values.Length; i++)
        {
            for (int j = 0; j < values.Length; j++)
            {
                Assert.True((values[i] == values[j]) == (i == j), string.Create(CultureInfo.InvariantCulture, $"{i} and {j}"));
            }
        }
    }

    private static AttributeValue InBatch(string text)
    {
        SpanRecord span = new()
        {
            TraceId = new TraceId(1, 1),
            SpanId = new SpanId(1),
            Name = "n",
            StartUnixNanos = 1,
            EndUnixNanos = 2,
            Resource = ResourceRecord.Unknown,
            Scope = ScopeRecord.None,
            Attributes = AttributeSet.From([new("other", AttributeValue.Of("text")), new("key", AttributeValue.Of(text))]),
        };
        Assert.True(SpanBatch.From([span]).Read(0).Attributes.TryGet("key", out AttributeValue value));
        return value;
    }
}
