using System.Text.Json;

namespace TraceGap.Aggregation.Tests;

/// <summary>
/// The cases of CRISP's own tests with the answers of CRISP and of Jaeger's trace view. Where both agree, so must we. Where they differ, siblings overlap by more than a floored
/// millisecond; CRISP trims the earlier sibling (a tolerance), we do not: the next child is the last to end at or before the cursor, which is Jaeger's answer.
/// </summary>
public class PublishedCasesTests
{
    /// <summary>Worked out by hand: an overlap is concurrency, so C (ends at 309, after D starts at 308; at 305, after 300) is passed over and B is next.</summary>
    private static readonly Dictionary<string, string> DecidedByHand = new()
    {
        ["crisp-10"] = "A 0-10, B 10-210, A 210-308, D 308-608, A 608-1000",
        ["crisp-19"] = "A 0-10, B 10-210, A 210-300, D 300-600",
        ["crisp-20"] = "A 0-10, B 10-210, A 210-300, D 300-600",
        ["crisp-21"] = "A 0-10, B 10-210, A 210-300, D 300-600",
    };

    public static TheoryData<string> Names()
    {
        using JsonDocument cases = Read();
        return [.. cases.RootElement.GetProperty("cases").EnumerateArray().Select(static it => it.GetProperty("name").GetString()!)];
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_published_case_gives_the_published_path(string name)
    {
        using JsonDocument cases = Read();
        JsonElement one = cases.RootElement.GetProperty("cases").EnumerateArray().Single(it => it.GetProperty("name").GetString() == name);

        string actual = ShowPath(SketchOf(one).Tree());

        bool agree = one.GetProperty("bothAgree").GetBoolean();
        Assert.Equal(!agree, DecidedByHand.ContainsKey(name));
        Assert.Equal(agree ? JaegerPath(one) : DecidedByHand[name], actual);
    }

    [Fact]
    public void All_twenty_five_cases_are_there() => Assert.Equal(25, Names().Count);

    private static string ShowPath(SpanTree tree) => PathTesting.Show(PathTesting.Find(tree), tree);

    private static TraceSketch SketchOf(JsonElement one)
    {
        TraceSketch sketch = new();
        foreach (JsonElement span in one.GetProperty("spans").EnumerateArray())
        {
            sketch.Span(
                span.GetProperty("id").GetString()!,
                span.GetProperty("start").GetInt64(),
                span.GetProperty("end").GetInt64(),
                span.GetProperty("parent").GetString());
        }

        return sketch;
    }

    private static string JaegerPath(JsonElement one) =>
        string.Join(", ", one.GetProperty("jaegerUi").GetProperty("sections").EnumerateArray().Reverse().Select(static it => $"{it[0]} {it[1]}-{it[2]}"));

    private static JsonDocument Read()
    {
        using Stream stream = typeof(PublishedCasesTests).Assembly.GetManifestResourceStream("critical-path-cases.json")!;
        return JsonDocument.Parse(stream);
    }
}
