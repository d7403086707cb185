using System.Diagnostics;
using TraceGap.EndToEnd.Tests.Peers;

namespace TraceGap.EndToEnd.Tests.Deploy;

/// <summary>The chart, rendered by <c>Peers/helm/render.go</c>.</summary>
internal static class HelmChart
{
    private static readonly Lazy<Task<string>> Renderer = new(static () => GoProgram.BuildAsync(Path.Combine(PeerPaths.Peers, "helm", "render.go"), AppContext.BaseDirectory));

    /// <summary>The chart's folder.</summary>
    public static string Folder => Path.Combine(PeerPaths.Deploy, "helm", "tracegap");

    /// <summary>Renders the chart.</summary>
    /// <param name="values">Values in YAML over those of the chart.</param>
    /// <param name="release">The release's name.</param>
    public static async Task<HelmRender> RenderAsync(string values = "", string release = "tracegap")
    {
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, values);
        ProcessStartInfo start = new(await Renderer.Value, [Folder, release, "agents", file]) { RedirectStandardError = true, RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        File.Delete(file);
        return new HelmRender(output, process.ExitCode == 0 ? null : await errors);
    }
}

/// <summary>What became of a chart.</summary>
/// <param name="Text">Its documents, each after a comment with the template's name.</param>
/// <param name="Refusal">Why it was refused; null if it was not.</param>
internal sealed record HelmRender(string Text, string? Refusal)
{
    private const string NotesName = "# Source: templates/NOTES.txt\n";

    /// <summary>What people are told.</summary>
    public string Notes => Documents.Single(static text => text.StartsWith(NotesName, StringComparison.Ordinal))[NotesName.Length..];

    /// <summary>The manifests.</summary>
    public Manifests Manifests
    {
        get
        {
            Assert.Null(Refusal);
            return new Manifests(string.Join("\n---\n", Documents.Where(static text => !text.StartsWith(NotesName, StringComparison.Ordinal))));
        }
    }

    private string[] Documents => $"\n{Text}".Split("\n---\n", StringSplitOptions.RemoveEmptyEntries);
}
