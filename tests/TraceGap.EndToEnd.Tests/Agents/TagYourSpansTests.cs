using System.Diagnostics;
using System.Text.RegularExpressions;
using TraceGap.EndToEnd.Tests.Peers;
using TraceGap.EndToEnd.Tests.Serving;
using TraceGap.Reporting;

namespace TraceGap.EndToEnd.Tests.Agents;

/// <summary>The programs of docs/tag-your-spans.md, run as they stand there.</summary>
public sealed partial class TagYourSpansTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(PeerPaths.Root, "docs", "tag-your-spans.md"));

    [PeerFact(Peer.Agents)]
    public async Task The_javascript_program_sends_what_it_says()
    {
        // Where its packages are.
        string file = Path.Combine(PeerPaths.AgentsFolder, $"snippet-{Guid.NewGuid():n}.js");
        await File.WriteAllTextAsync(file, Snippet("js"));
        try
        {
            await SendsAsync(static server => server.OtlpHttp, PeerPaths.Node, file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task The_dotnet_program_sends_what_it_says()
    {
        string folder = Directory.CreateTempSubdirectory("tracegap-snippet-").FullName;
        string file = Path.Combine(folder, "agent.cs");
        await File.WriteAllTextAsync(file, Snippet("csharp"));
        await SendsAsync(static server => server.OtlpGrpc, "dotnet", "run", file);
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>OpenTelemetry for Python can be had nowhere where tests run: a stand-in with the names and parameters that the program uses does what it asks for.</summary>
    [PeerFact(Peer.Python)]
    public async Task The_python_program_sends_what_it_says()
    {
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, Snippet("python"));
        await SendsAsync(static server => server.OtlpHttp, PeerPaths.Python, Path.Combine(PeerPaths.PythonFolder, "sdk_stand_in.py"), file);
        File.Delete(file);
    }

    /// <summary>The API and the SDK are Debian's; the exporter, which Debian lacks, is one of our own with the real one's signatures.</summary>
    [PeerFact(Peer.Go)]
    public async Task The_go_program_sends_what_it_says()
    {
        string folder = Directory.CreateTempSubdirectory("tracegap-snippet-").FullName;
        string file = Path.Combine(folder, "agent.go");
        await File.WriteAllTextAsync(file, Snippet("go"));
        await SendsAsync(static server => server.OtlpHttp, await GoProgram.BuildAsync(file, folder, Path.Combine(PeerPaths.Peers, "go")));
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>OpenTelemetry for Java can be had nowhere where tests run, so the program is compiled and not run: against declarations that were read off its sources.</summary>
    [PeerFact(Peer.Java)]
    public async Task The_java_program_fits_the_signatures_that_it_uses()
    {
        string folder = Directory.CreateTempSubdirectory("tracegap-snippet-").FullName;
        string program = Path.Combine(folder, "Agent.java");
        await File.WriteAllTextAsync(program, Snippet("java"));
        foreach (Match declaration in Declaration().Matches(await File.ReadAllTextAsync(Path.Combine(PeerPaths.Peers, "java", "declarations.txt"))))
        {
            string file = Path.Combine(folder, $"{declaration.Groups["name"].Value}.java");
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, declaration.Groups["text"].Value);
        }

        await PeerRun.OutputAsync(PeerPaths.Javac, "-Xlint:all,-try", "-Werror", "-sourcepath", folder, "-d", Path.Combine(folder, "out"), program);
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("python")]
    [InlineData("js")]
    [InlineData("csharp")]
    [InlineData("java")]
    [InlineData("go")]
    public void Every_language_tags_the_same_spans(string language)
    {
        Assert.Equal(["retrieval", "assembly"], Layer().Matches(Snippet(language)).Select(static match => match.Groups[1].Value));
        Assert.Contains("tracegap.outcome", Snippet(language), StringComparison.Ordinal);
    }

    private static async Task SendsAsync(Func<ServerProcess, Uri> endpoint, string program, params string[] arguments)
    {
        string folder = Directory.CreateTempSubdirectory("tracegap-snippet-data-").FullName;
        using ServerProcess server = await ServerProcess.StartAsync(folder);
        ProcessStartInfo start = new(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint(server).ToString().TrimEnd('/');
        using Process process = Process.Start(start)!;
        string errors = await process.StandardOutput.ReadToEndAsync() + await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, errors);

        Report? report = null;
        await Poll.UntilAsync(
            async client =>
            {
                report = ReportJson.ReadReport(await client.GetByteArrayAsync(new Uri(server.Http, "/api/v1/report?window=1h")));
                return report.Traces.Total == 1;
            },
            () => "nothing arrived");
        Assert.Equal(1, report!.Traces.Ok);
        Assert.Equal(
            ["shop-agent/assembly/write the letter", "shop-agent/ingress/ask", "shop-agent/retrieval/look on the shelf"],
            report.Steps.Select(static step => step.Step).Order(StringComparer.Ordinal));
        server.Kill();
        Directory.Delete(folder, recursive: true);
    }

    private static string Snippet(string language) => Assert.Single(Regex.Matches(Page, $"```{language}\n(.*?)```", RegexOptions.Singleline)).Groups[1].Value;

    [GeneratedRegex("(?m)^---- (?<name>.*)\n(?<text>(?:(?!----).*\n)*)")]
    private static partial Regex Declaration();

    [GeneratedRegex("""["']tracegap\.layer["'](?::|,) ["'](\w+)["']""")]
    private static partial Regex Layer();
}
