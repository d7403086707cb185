using TraceGap.Reporting;
using TraceGap.Server.Configuration;
using TraceGap.Server.Objectives;

namespace TraceGap.Server.Tests.Objectives;

public sealed class ObjectiveSettingsTests
{
    private const int Day = 1440;

    [Fact]
    public void Objectives_are_read_and_the_first_by_name_that_matches_decides()
    {
        Dictionary<string, string?> flags = new()
        {
            ["Objectives:b-all:Match"] = "shop/*",
            ["Objectives:b-all:Reliability"] = "0.95",
            ["Objectives:a-ask:Match"] = "shop/ask",
            ["Objectives:a-ask:Reliability"] = "0.995",
            ["Objectives:a-ask:Window"] = "7d",
        };

        IReadOnlyList<string> errors = ServerOptionsReader.Read(null, flags, out ServerOptions options);

        Assert.Empty(errors);
        Assert.Equal(new Objective("a-ask", 0.995, 7 * Day), options.Objectives.Of("shop/ask"));
        Assert.Equal(new Objective("b-all", 0.95, 30 * Day), options.Objectives.Of("shop/buy"));
        Assert.Null(options.Objectives.Of("bank/ask"));
    }

    [Fact]
    public void All_mistakes_are_told_at_once_with_their_keys()
    {
        Dictionary<string, string?> flags = new()
        {
            ["Objectives:a:Reliability"] = "99.5",
            ["Objectives:b:Match"] = "*",
            ["Objectives:c:Match"] = "*",
            ["Objectives:c:Reliability"] = "1",
            ["Objectives:c:Window"] = "1h",
            ["Objectives:d:Match"] = "*",
            ["Objectives:d:Reliability"] = "0.9",
            ["Objectives:d:Window"] = "30d",
            ["Objectives:d:Colour"] = "red",
            ["Retention:RollupMaxAge"] = "20d",
            ["Retention:MaxAge"] = "5d",
            ["Alerts:P99Factor"] = "1",
            ["Alerts:Workflows:w:Match"] = "*",
            ["Alerts:Workflows:w:LayerShareRise"] = "10",
        };

        IReadOnlyList<string> errors = ServerOptionsReader.Read(null, flags, out _);

        string[] keys =
        [
            "Objectives:a:Match: must be set", "Objectives:a:Reliability: \"99.5\"", "Objectives:b:Reliability: must be set", "Objectives:c:Reliability: \"1\"", "Objectives:c:Window: \"1h\"",
            "Objectives:d:Window: 30d is longer than Retention:RollupMaxAge", "Objectives:d:Colour", "Alerts:P99Factor: \"1\"", "Alerts:Workflows:w:LayerShareRise: \"10\"",
        ];
        Assert.All(keys, key => Assert.Contains(errors, error => error.Contains(key, StringComparison.Ordinal)));
        Assert.Equal(keys.Length, errors.Count);
    }
}
