namespace TraceGap.Server.Security;

/// <summary>A file that a user named.</summary>
/// <param name="Key">The key that names it, as in JSON files.</param>
/// <param name="Path">Where it is.</param>
internal sealed record SettingFile(string Key, string Path)
{
    /// <summary>Says what is wrong with the file, naming key and file.</summary>
    public string Problem(string what) => $"{Key}: {Path}: {what}";
}
