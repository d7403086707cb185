using TraceGap.Reporting.Alerts;
using TraceGap.Server.Alerts;
using TraceGap.Server.Configuration;

namespace TraceGap.Server.Tests.Alerts;

public sealed class AlertSettingsTests
{
    [Theory]
    [InlineData("*", "", true)]
    [InlineData("shop/*", "shop/ask", true)]
    [InlineData("shop/*", "shops/ask", false)]
    [InlineData("*/ask*", "shop/ask/now", true)]
    [InlineData("a*b*c", "abbc", true)]
    [InlineData("a*b*c", "abbd", false)]
    [InlineData("shop", "shop/ask", false)]
    public void Globs_match_whole_names(string glob, string name, bool matches) => Assert.Equal(matches, Glob.Matches(glob, name));

    [Fact]
    public void Receivers_rules_and_silences_are_read_and_a_later_source_changes_a_part()
    {
        string file = Path.GetTempFileName();
        File.WriteAllText(file, """
            { "TraceGap": { "Alerts": {
                "Threshold": "0.03",
                "Receivers": { "ops": { "Type": "webhook", "Url": "https://old.example/", "Secret": "s" }, "am": { "Type": "alertmanager", "Url": "http://am:9093" } },
                "Workflows": { "batch": { "Match": "batch/*", "Threshold": "0.1", "For": "5m" }, "off": { "Match": "test/*", "Enabled": "false" } },
                "Silences": { "night": { "Workflow": "shop/*", "Rule": "silent", "From": "2026-11-20T00:00:00Z", "To": "2026-11-21T00:00:00Z" } } } } }
            """);

        IReadOnlyList<string> errors = ServerOptionsReader.Read(file, new Dictionary<string, string?> { ["Alerts:Receivers:ops:Url"] = "https://new.example/x" }, out ServerOptions options);

        Assert.Empty(errors);
        Assert.Equal(
            [new ReceiverOptions("am", ReceiverType.Alertmanager, new Uri("http://am:9093"), null), new ReceiverOptions("ops", ReceiverType.Webhook, new Uri("https://new.example/x"), "s")],
            options.Alerts.Receivers);
        Assert.Equal(new AlertPolicy(0.1, 5, true), options.Alerts.PolicyOf("batch/nightly"));
        Assert.Equal(new AlertPolicy(0.03, 0, false), options.Alerts.PolicyOf("test/x"));
        Assert.Equal(new AlertPolicy(0.03, 0, true), options.Alerts.PolicyOf("shop/ask"));
        Silence night = Assert.Single(options.Alerts.Silences);
        DateTimeOffset noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
        Assert.True(night.Covers("shop/ask", AlertRule.Silent, noon));
        Assert.False(night.Covers("shop/ask", AlertRule.Divergence, noon));
        Assert.False(night.Covers("bank/ask", AlertRule.Silent, noon));
        Assert.False(night.Covers("shop/ask", AlertRule.Silent, noon.AddHours(12)));
        File.Delete(file);
    }

    [Fact]
    public void All_mistakes_are_told_at_once_with_their_keys_and_no_secret_is_repeated()
    {
        Dictionary<string, string?> flags = new()
        {
            ["Alerts:Threshold"] = "2 points",
            ["Alerts:Enabled"] = "perhaps",
            ["Alerts:Receivers:ops:Type"] = "pager",
            ["Alerts:Receivers:ops:Url"] = "ops.example",
            ["Alerts:Receivers:chat:Type"] = "slack",
            ["Alerts:Receivers:chat:Secret"] = "geheim",
            ["Alerts:Silences:x:Rule"] = "loud",
            ["Alerts:Silences:x:From"] = "2026-11-21T00:00:00Z",
            ["Alerts:Silences:x:To"] = "2026-11-20T00:00:00Z",
            ["Alerts:Workflows:w:For"] = "soon",
            ["Alerts:Receivers:ops:Colour"] = "red",
        };

        IReadOnlyList<string> errors = ServerOptionsReader.Read(null, flags, out _);

        string[] keys =
        [
            "Threshold", "Enabled", "Receivers:ops:Type", "Receivers:ops:Url", "Receivers:chat:Url", "Receivers:chat:Secret", "Silences:x:Rule", "Silences:x:From", "Workflows:w:For",
            "Workflows:w:Match", "Receivers:ops:Colour",
        ];
        Assert.Equal(keys.Length, errors.Count);
        Assert.All(keys, key => Assert.Contains(errors, error => error.Contains($"Alerts:{key}", StringComparison.Ordinal)));
        Assert.DoesNotContain(errors, static error => error.Contains("geheim", StringComparison.Ordinal));
    }
}
