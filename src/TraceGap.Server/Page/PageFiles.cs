using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.AspNetCore.StaticFiles;

namespace TraceGap.Server.Page;

/// <summary>The built page. It is part of the assembly, so that whatever runs the server has the page that was built with it; empty where the page was not built.</summary>
internal sealed class PageFiles
{
    /// <summary>The one file that is served under every address of a view.</summary>
    public const string Index = "index.html";

    private const string Prefix = "page/";

    private static readonly FileExtensionContentTypeProvider ContentTypes = new();

    private readonly Dictionary<string, PageFile> _files;

    /// <param name="files">The files; none where the page was not built.</param>
    public PageFiles(IEnumerable<PageFile> files) => _files = files.ToDictionary(static file => file.Path);

    /// <summary>What this assembly was built with.</summary>
    public static PageFiles Built { get; } = new(Embedded(typeof(PageFiles).Assembly));

    /// <summary>True if there is a page.</summary>
    public bool IsBuilt => _files.ContainsKey(Index);

    /// <summary>Every file.</summary>
    public IEnumerable<PageFile> All => _files.Values;

    /// <summary>Finds a file by its path below the page's address.</summary>
    public bool TryFind(string path, [NotNullWhen(true)] out PageFile? file) => _files.TryGetValue(path, out file);

    private static IEnumerable<PageFile> Embedded(Assembly assembly) =>
        from name in assembly.GetManifestResourceNames()
        where name.StartsWith(Prefix, StringComparison.Ordinal) && !name.EndsWith(".gz", StringComparison.Ordinal) && !name.EndsWith(".br", StringComparison.Ordinal)
        let path = name[Prefix.Length..]
        select new PageFile(path, ContentTypeOf(path), Read(assembly, name)!, Read(assembly, name + ".gz"), Read(assembly, name + ".br"));

    private static string ContentTypeOf(string path)
    {
        string type = ContentTypes.TryGetContentType(path, out string? known) ? known : "application/octet-stream";
        return type.StartsWith("text/", StringComparison.Ordinal) ? $"{type}; charset=utf-8" : type;
    }

    private static byte[]? Read(Assembly assembly, string name)
    {
        using Stream? stream = assembly.GetManifestResourceStream(name);
        if (stream is null)
        {
            return null;
        }

        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
