namespace TraceGap.Reporting.Tests;

/// <summary>The tables of <c>docs/accuracy.md</c>: long simulations replace their rows in it.</summary>
internal static class AccuracyTable
{
    private static readonly Lock Writing = new();

    public static string Read() => File.ReadAllText(FilePath);

    /// <summary>Replaces the row that begins with the same two cells.</summary>
    public static void Write(string row)
    {
        lock (Writing)
        {
            string[] lines = File.ReadAllLines(FilePath);
            string start = Start(row);
            int at = Array.FindIndex(lines, line => Start(line) == start);
            if (at < 0)
            {
                throw new InvalidOperationException($"{FilePath} has no row '{start}': add one.");
            }

            lines[at] = row;
            File.WriteAllLines(FilePath, lines);
        }
    }

    private static string FilePath
    {
        get
        {
            DirectoryInfo? folder = new(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "TraceGap.sln")))
            {
                folder = folder.Parent;
            }

            return Path.Combine(folder?.FullName ?? throw new InvalidOperationException("TraceGap.sln is in no folder above the tests."), "docs", "accuracy.md");
        }
    }

    private static string Start(string row) => string.Join('|', row.Split('|').Take(3));
}
