using System.Text.RegularExpressions;
using TraceGap.EndToEnd.Tests.Peers;

namespace TraceGap.EndToEnd.Tests.Deploy;

/// <summary>What people install, made once for all tests that use it: the program as one file, and the package of the .NET tool, installed.</summary>
/// <remarks>Both are made as the Containerfile says, of a copy of just what it copies: a folder that it forgets is missed here. The page is taken as it was built.</remarks>
public sealed partial class PublishedProgram : IDisposable
{
    /// <summary>Name of the collection of tests that share it.</summary>
    public const string Collection = "published program";

    private static readonly string[] NotCopied = ["bin", "obj", "node_modules"];

    private readonly string _folder = Directory.CreateTempSubdirectory("tracegap-published-").FullName;
    private readonly Lazy<Task<string>> _file;
    private readonly Lazy<Task<string>> _tool;
    private readonly Lazy<string> _sources;

    public PublishedProgram()
    {
        _sources = new Lazy<string>(CopySources);
        _file = new Lazy<Task<string>>(PublishAsync);
        _tool = new Lazy<Task<string>>(InstallAsync);
    }

    /// <summary>Path of the single file.</summary>
    public Task<string> FileAsync() => _file.Value;

    /// <summary>Folder with the command <c>tracegap</c> of the tool.</summary>
    public Task<string> ToolAsync() => _tool.Value;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<string> PublishAsync()
    {
        string app = Path.Combine(_folder, "app");
        string arguments = Publish().Match(Containerfile.Text).Groups["arguments"].Value.Replace("\"$rid\"", "linux-x64", StringComparison.Ordinal);
        await DotNetAsync(["publish", .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries), "-o", app]);
        return Path.Combine(app, "tracegap");
    }

    private async Task<string> InstallAsync()
    {
        // One after the other: both write to the same folders.
        await FileAsync();
        string packages = Path.Combine(_folder, "packages");
        string tool = Path.Combine(_folder, "tool");
        await DotNetAsync("pack", "src/TraceGap", "-c", "Release", "-p:BuildPage=false", "-o", packages);
        await DotNetAsync("tool", "install", "TraceGap", "--tool-path", tool, "--source", packages);
        return tool;
    }

    private string CopySources()
    {
        string sources = Directory.CreateDirectory(Path.Combine(_folder, "src")).FullName;
        foreach ((string[] from, string to) in Containerfile.CopiesOf("build"))
        {
            foreach (string source in from)
            {
                bool isFolder = Directory.Exists(Path.Combine(PeerPaths.Root, source));
                Copy(Path.Combine(PeerPaths.Root, source), isFolder ? Path.Combine(sources, to) : Path.Combine(sources, to, Path.GetFileName(source)));
            }
        }

        string page = Path.Combine("src", "TraceGap.Server", "obj", "page");
        if (Directory.Exists(Path.Combine(PeerPaths.Root, page)))
        {
            Copy(Path.Combine(PeerPaths.Root, page), Path.Combine(sources, page));
        }

        return sources;
    }

    private static void Copy(string from, string to)
    {
        if (File.Exists(from))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(from, to);
            return;
        }

        foreach (string entry in Directory.EnumerateFileSystemEntries(from).Where(static entry => !NotCopied.Contains(Path.GetFileName(entry))))
        {
            Copy(entry, Path.Combine(to, Path.GetFileName(entry)));
        }
    }

    private async Task DotNetAsync(params string[] arguments)
    {
        // A build server that outlives the test would hold its folders.
        string command = string.Join(' ', arguments.Select(static argument => $"'{argument}'"));
        await PeerRun.OutputAsync(TimeSpan.FromMinutes(20), PeerPaths.Shell, "-c", $"cd '{_sources.Value}' && MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 UseSharedCompilation=false dotnet {command}");
    }

    [GeneratedRegex("dotnet publish (?<arguments>.*) -o /app")]
    private static partial Regex Publish();
}

/// <summary>Tests of what people install.</summary>
[CollectionDefinition(PublishedProgram.Collection)]
public sealed class PublishedProgramTests : ICollectionFixture<PublishedProgram>;
