namespace TraceGap.Otlp.Tests.Fuzzing;

/// <summary>Inputs that once failed, the smallest form of each: <c>.json</c> as it is, <c>.hex</c> as hexadecimal digits.</summary>
internal static class FoundInputs
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Fuzzing", "Corpus");

    public static IEnumerable<string> Files => Directory.EnumerateFiles(Folder).Select(static path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    public static byte[] Read(string file)
    {
        string path = Path.Combine(Folder, file);
        return file.EndsWith(".hex", StringComparison.Ordinal) ? Convert.FromHexString(File.ReadAllText(path).Trim()) : File.ReadAllBytes(path);
    }
}
