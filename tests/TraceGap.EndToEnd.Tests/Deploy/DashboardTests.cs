using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using TraceGap.EndToEnd.Tests.Peers;

namespace TraceGap.EndToEnd.Tests.Deploy;

/// <summary>The Grafana dashboard: expressions that Prometheus understands, over metrics that a server has, in panels that lie beside each other.</summary>
public sealed partial class DashboardTests
{
    private static readonly JsonElement Dashboard = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(PeerPaths.Deploy, "grafana", "dashboards", "tracegap.json"))).RootElement;

    private static IEnumerable<JsonElement> Panels => Dashboard.GetProperty("panels").EnumerateArray();

    private static IEnumerable<string> Expressions => Panels.Where(static panel => panel.TryGetProperty("targets", out _))
        .SelectMany(static panel => panel.GetProperty("targets").EnumerateArray()).Select(static target => target.GetProperty("expr").GetString()!);

    [PeerFact(Peer.Monitoring)]
    public async Task Prometheus_understands_every_expression()
    {
        StringBuilder rules = new("groups:\n- name: dashboard\n  rules:\n");
        foreach ((int index, string expression) in Expressions.Index())
        {
            rules.Append($"  - {{ record: 'panel:expression_{index}', expr: '{Filled(expression).Replace("'", "''", StringComparison.Ordinal)}' }}\n");
        }

        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, rules.ToString());
        await PeerRun.OutputAsync(PeerPaths.Promtool, "check", "rules", file);
        File.Delete(file);
    }

    [Fact]
    public async Task Expressions_and_variables_name_metrics_that_a_server_has()
    {
        string[] named = [.. ServedMetrics.NamedIn(Dashboard.GetRawText())];

        Assert.True(named.Length > 30);
        Assert.Empty(named.Except(await ServedMetrics.NamesAsync()));
    }

    [Fact]
    public void Every_variable_that_is_used_is_declared_and_used()
    {
        IEnumerable<string> declared = Dashboard.GetProperty("templating").GetProperty("list").EnumerateArray().Select(static variable => variable.GetProperty("name").GetString()!);
        IEnumerable<string> used = Variable().Matches(Panels.Aggregate("", static (text, panel) => text + panel.GetRawText())).Select(static match => match.Groups[1].Value).Where(static name => !name.StartsWith("__", StringComparison.Ordinal));

        Assert.Equal(declared.Order(), used.Distinct().Order());
    }

    [Fact]
    public void Panels_have_an_id_of_their_own_and_lie_beside_each_other()
    {
        HashSet<(int, int)> taken = [];
        HashSet<int> ids = [];
        foreach (JsonElement panel in Panels)
        {
            JsonElement at = panel.GetProperty("gridPos");
            (int x, int y, int w, int h) = (at.GetProperty("x").GetInt32(), at.GetProperty("y").GetInt32(), at.GetProperty("w").GetInt32(), at.GetProperty("h").GetInt32());
            Assert.True(ids.Add(panel.GetProperty("id").GetInt32()) && x >= 0 && x + w <= 24, panel.GetProperty("title").GetString());
            foreach ((int column, int row) in Enumerable.Range(x, w).SelectMany(column => Enumerable.Range(y, h).Select(row => (column, row))))
            {
                Assert.True(taken.Add((column, row)), panel.GetProperty("title").GetString());
            }
        }
    }

    // As Grafana does before it asks.
    private static string Filled(string expression) => expression.Replace("$__rate_interval", "1m", StringComparison.Ordinal).Replace("$job", ".*", StringComparison.Ordinal)
        .Replace("$workflow", ".*", StringComparison.Ordinal).Replace("$window", "1h", StringComparison.Ordinal);

    [GeneratedRegex(@"\$\{?(\w+)")]
    private static partial Regex Variable();
}
