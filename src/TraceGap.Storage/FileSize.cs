namespace TraceGap.Storage;

/// <summary>Sizes of files that may not be there.</summary>
internal static class FileSize
{
    /// <summary>Bytes of a file; 0 if there is none.</summary>
    public static long Of(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;
}
