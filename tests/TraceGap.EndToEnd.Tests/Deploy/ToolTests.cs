using System.Diagnostics;
using TraceGap.EndToEnd.Tests.Peers;
using TraceGap.EndToEnd.Tests.Serving;

namespace TraceGap.EndToEnd.Tests.Deploy;

/// <summary>The .NET tool as <c>dotnet tool install</c> puts it there.</summary>
[Collection(PublishedProgram.Collection)]
public sealed class ToolTests(PublishedProgram program)
{
    private static readonly string Sample = Path.Combine(PeerPaths.Root, "tests", "TraceGap.Aggregation.Tests", "Samples", "base", "traces.otlp.jsonl.gz");

    [Fact]
    public async Task The_tool_analyses_a_recorded_file_as_the_build_does()
    {
        string tool = Path.Combine(await program.ToolAsync(), "tracegap");

        // The build adds the commit.
        Assert.Equal((await CommandRun.OfAsync("--version")).Output.Split('+')[0].Trim(), (await PeerRun.OutputAsync(tool, "--version")).Trim());
        Assert.Equal((await CommandRun.OfAsync("analyze", Sample, "--format", "json")).Output, await PeerRun.OutputAsync(tool, "analyze", Sample, "--format", "json"));
    }

    [PeerTheory(Peer.Shells)]
    [InlineData("bash", "source <(tracegap completion bash); COMP_LINE='tracegap re'; COMP_POINT=11; COMP_WORDS=(tracegap re); COMP_CWORD=1; _tracegap; printf '%s\\n' \"${COMPREPLY[@]}\"", "re", "report ready")]
    [InlineData("bash", "source <(tracegap completion bash); COMP_LINE='tracegap report --format js'; COMP_POINT=27; COMP_WORDS=(tracegap report --format js); COMP_CWORD=3; _tracegap; printf '%s\\n' \"${COMPREPLY[@]}\"", "js", "json")]
    [InlineData("zsh", "compdef() { :; }; compadd() { print -l -- $candidates; }; source <(tracegap completion zsh); words=(tracegap report --format js); CURRENT=4; _tracegap", "js", "json")]
    [InlineData("fish", "tracegap completion fish | source; complete -C 'tracegap re'", "re", "report ready")]
    [InlineData("fish", "tracegap completion fish | source; complete -C 'tracegap report --format js'", "js", "json")]
    public async Task Shells_complete_what_was_begun(string shell, string script, string begun, string expected)
    {
        // Shells offer what lies where they are, too: nothing.
        DirectoryInfo nowhere = Directory.CreateTempSubdirectory("tracegap-shell-");
        ProcessStartInfo start = new(shell, shell == "fish" ? ["--no-config", "-c", script] : ["-c", script])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = nowhere.FullName,
        };
        start.Environment["PATH"] = $"{await program.ToolAsync()}:{Environment.GetEnvironmentVariable("PATH")}";
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        nowhere.Delete();

        // Shells may add words of their own that contain what was begun; the command's are those that start with it.
        string[] completed = [.. output.Split('\n').Select(static line => line.Split('\t')[0].Trim()).Where(word => word.StartsWith(begun, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        Assert.True(expected.Split(' ').Order(StringComparer.Ordinal).SequenceEqual(completed), $"{output}{await errors}");
    }
}
