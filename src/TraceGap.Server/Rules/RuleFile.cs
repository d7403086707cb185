using TraceGap.Aggregation;
using TraceGap.Server.Security;

namespace TraceGap.Server.Rules;

/// <summary>The file that a user's rules stand in. A file with mistakes changes nothing: the rules of before stay. One thread looks; any may read.</summary>
internal sealed class RuleFile
{
    private const string Key = "Rules:File";

    private readonly FileBacked<LayerRuleSet> _file;
    private volatile IReadOnlyList<string> _mistakes = [];
    private IReadOnlyList<string> _found = [];

    /// <param name="path">The file.</param>
    /// <param name="keepsContent">Whether content is kept, so that rules may look at it.</param>
    public RuleFile(string path, bool keepsContent)
    {
        Path = path;
        _file = new FileBacked<LayerRuleSet>([new SettingFile(Key, path)], contents => Read(contents[0], keepsContent));
    }

    /// <summary>Where the file is, as the user wrote it.</summary>
    public string Path { get; }

    /// <summary>The rules that hold; none before the first good file.</summary>
    public LayerRuleSet Current => _file.Current ?? LayerRuleSet.None;

    /// <summary>What is wrong with the file as it is, each with its place; empty if it is in use.</summary>
    public IReadOnlyList<string> Mistakes => _mistakes;

    /// <summary>Reads the file if it has changed.</summary>
    public FileLook Look()
    {
        _found = [];
        FileLook look = _file.Look();
        if (look != FileLook.Unchanged)
        {
            _mistakes = look == FileLook.Loaded ? [] : _found.Count > 0 ? _found : [_file.Problem];
        }

        return look;
    }

    private Loaded<LayerRuleSet> Read(byte[] content, bool keepsContent)
    {
        _found = [.. RuleFileReader.Read(content, keepsContent, out LayerRuleSet rules).Select(mistake => $"{Path}:{mistake.Line}:{mistake.Column}: {mistake.Text}")];
        return _found.Count == 0 ? Loaded<LayerRuleSet>.Of(rules) : Loaded<LayerRuleSet>.Failed(_found[0]);
    }
}
