using System.Text.RegularExpressions;
using TraceGap.EndToEnd.Tests.Peers;

namespace TraceGap.EndToEnd.Tests.Deploy;

/// <summary>The files for Prometheus and Alertmanager, judged by the programs that read them.</summary>
public sealed partial class MonitoringFilesTests
{
    private static readonly string Folder = Path.Combine(PeerPaths.Deploy, "prometheus");

    public static TheoryData<string> Rules => [.. Directory.GetFiles(Path.Combine(Folder, "rules")).Select(static file => Path.GetFileNameWithoutExtension(file))];

    [PeerFact(Peer.Monitoring)]
    public async Task Promtool_and_amtool_find_nothing_wrong()
    {
        await PeerRun.OutputAsync(PeerPaths.Promtool, "check", "config", Path.Combine(Folder, "prometheus.yml"));
        await PeerRun.OutputAsync(PeerPaths.Amtool, "check-config", Path.Combine(PeerPaths.Deploy, "alertmanager", "alertmanager.yml"));
    }

    [PeerTheory(Peer.Monitoring)]
    [MemberData(nameof(Rules))]
    public async Task Rules_do_what_their_tests_say(string rules)
    {
        await PeerRun.OutputAsync(PeerPaths.Promtool, "check", "rules", "--lint-fatal", Path.Combine(Folder, "rules", $"{rules}.yml"));
        await PeerRun.OutputAsync(PeerPaths.Promtool, "test", "rules", Path.Combine(Folder, "tests", $"{rules}_test.yml"));
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void Every_alert_is_seen_to_fire_and_not_to_fire(string rules)
    {
        string[] alerts = [.. Alert().Matches(File.ReadAllText(Path.Combine(Folder, "rules", $"{rules}.yml"))).Select(static match => match.Groups[1].Value)];
        string tests = File.ReadAllText(Path.Combine(Folder, "tests", $"{rules}_test.yml"));

        Assert.NotEmpty(alerts);
        Assert.Equal(alerts.Order(), Case().Matches(tests).Where(static match => match.Groups["fires"].Success).Select(static match => match.Groups["alert"].Value).Distinct().Order());
        Assert.Empty(alerts.Except(Case().Matches(tests).Where(static match => !match.Groups["fires"].Success).Select(static match => match.Groups["alert"].Value)));
    }

    [Fact]
    public async Task Rules_name_metrics_that_a_server_has()
    {
        IReadOnlySet<string> known = await ServedMetrics.NamesAsync();

        foreach (string file in Directory.GetFiles(Path.Combine(Folder, "rules")))
        {
            Assert.Empty(ServedMetrics.NamedIn(File.ReadAllText(file)).Except(known));
        }
    }

    [Fact]
    public async Task The_docs_name_metrics_that_a_server_has()
    {
        IReadOnlySet<string> known = await ServedMetrics.NamesAsync();
        HashSet<string> families = [.. known.Concat(known.Where(static name => name.EndsWith("_count", StringComparison.Ordinal)).Select(static name => name[..^"_count".Length]))];

        foreach (string file in Directory.GetFiles(Path.Combine(PeerPaths.Root, "docs"), "*.md"))
        {
            Assert.Empty(ServedMetrics.NamedIn(File.ReadAllText(file)).Except(families).Select(name => $"{Path.GetFileName(file)}: {name}"));
        }
    }

    [GeneratedRegex("alert: ([A-Za-z]+)")]
    private static partial Regex Alert();

    [GeneratedRegex(@"alertname: (?<alert>[A-Za-z]+)[,\s]+eval_time: [0-9]+m[,\s]+exp_alerts: *(?:\[\]|(?<fires>\S*\s+- exp_labels|\*\S+))")]
    private static partial Regex Case();
}
