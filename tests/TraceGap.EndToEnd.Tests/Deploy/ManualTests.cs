using System.Text.RegularExpressions;
using TraceGap.EndToEnd.Tests.Peers;
using TraceGap.EndToEnd.Tests.Serving;

namespace TraceGap.EndToEnd.Tests.Deploy;

/// <summary>Manual pages, read by the programs that show them.</summary>
public sealed partial class ManualTests
{
    [PeerFact(Peer.Manual)]
    public async Task Groff_and_mandoc_find_nothing_wrong_with_any_page()
    {
        string[] commands = [.. Command().Matches((await CommandRun.OfAsync("help")).Output).Select(static match => match.Groups[1].Value)];
        Assert.True(commands.Length > 10, string.Join(' ', commands));
        string folder = Directory.CreateTempSubdirectory("tracegap-man-").FullName;
        foreach (string[] path in (string[][])[[], ["alerts", "test"], .. commands.Select(static command => (string[])[command])])
        {
            CommandRun page = await CommandRun.OfAsync(["help", .. path, "--man"]);
            Assert.Equal(0, page.ExitCode);
            await File.WriteAllTextAsync(Path.Combine(folder, $"{string.Join('-', path.Prepend("tracegap"))}.1"), page.Output);
        }

        // Both tell on the standard error, or on the output, and end well all the same.
        string[] pages = Directory.GetFiles(folder);
        Assert.Equal("", await PeerRun.OutputAsync(PeerPaths.Shell, ["-c", "groff -Tutf8 -mandoc -ww \"$@\" 2>&1 >/dev/null", "groff", .. pages]));
        Assert.Equal("", await PeerRun.OutputAsync(PeerPaths.Shell, ["-c", "mandoc -T lint \"$@\" 2>&1", "mandoc", .. pages]));
        // What is read is what the terminal shows.
        string shown = await PeerRun.OutputAsync(PeerPaths.Shell, "-c", $"groff -Tutf8 -mandoc '{Path.Combine(folder, "tracegap-serve.1")}' | sed 's/.\\x08//g; s/\\x1b\\[[0-9;]*m//g'");
        Assert.Contains("--otlp-grpc HOST:PORT", shown, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [GeneratedRegex("(?m)(?<=^COMMANDS\n(?:    .*\n)*)    ([a-z-]+).*\n        ")]
    private static partial Regex Command();
}
