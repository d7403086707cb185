using System.Security.Cryptography;

namespace TraceGap.Server.Security;

/// <summary>What a look at files found.</summary>
internal enum FileLook
{
    /// <summary>The same as the last look.</summary>
    Unchanged,

    /// <summary>New content, and a new value made of it.</summary>
    Loaded,

    /// <summary>New content that no value can be made of, or files that cannot be read; the value of before stays.</summary>
    Failed,
}

/// <summary>What is read from files, whatever it is.</summary>
internal interface IFileBacked
{
    /// <summary>The keys that name the files.</summary>
    string Keys { get; }

    /// <summary>Why the last look that found something new failed; empty if it did not.</summary>
    string Problem { get; }

    /// <summary>Reads the files and takes up what is new.</summary>
    FileLook Look();
}

/// <summary>
/// A value made of the content of files, and made anew when that changes. The content itself is compared, not times and sizes: the files are a few kilobytes, a
/// mounted secret changes by a swapped link, and two writes may share a time stamp. What cannot be read, as half of a certificate that is just being written,
/// leaves the value as it is. One thread looks; any may read <see cref="Current"/>.
/// </summary>
internal sealed class FileBacked<T>(IReadOnlyList<SettingFile> files, Func<IReadOnlyList<byte[]>, Loaded<T>> make) : IFileBacked
    where T : class
{
    private string? _seen;
    private volatile T? _current;

    /// <summary>The value of the last content that was good; null before the first.</summary>
    public T? Current => _current;

    /// <inheritdoc/>
    public string Keys => string.Join(", ", files.Select(static file => file.Key).Distinct());

    /// <inheritdoc/>
    public string Problem { get; private set; } = "";

    /// <inheritdoc/>
    public FileLook Look()
    {
        List<byte[]> contents = [];
        string? unreadable = Read(contents);
        string seen = unreadable ?? Fingerprint(contents);
        if (seen == _seen)
        {
            return FileLook.Unchanged;
        }

        _seen = seen;
        Loaded<T> loaded = unreadable is null ? make(contents) : Loaded<T>.Failed(unreadable);
        _current = loaded.Value ?? _current;
        Problem = loaded.Problem;
        return loaded.Value is null ? FileLook.Failed : FileLook.Loaded;
    }

    private string? Read(List<byte[]> contents)
    {
        foreach (SettingFile file in files)
        {
            try
            {
                contents.Add(File.ReadAllBytes(file.Path));
            }
            catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
            {
                return file.Problem("no such file");
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return file.Problem($"cannot be read: {exception.Message}");
            }
        }

        return null;
    }

    private static string Fingerprint(List<byte[]> contents) => string.Join(' ', contents.Select(static content => Convert.ToHexString(SHA256.HashData(content))));
}
