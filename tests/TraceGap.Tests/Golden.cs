using System.Runtime.CompilerServices;

namespace TraceGap.Tests;

/// <summary>Texts that were reviewed, one file each beside the tests. <c>TRACEGAP_UPDATE_GOLDEN=1</c> writes them anew, to be reviewed again.</summary>
internal static class Golden
{
    public static void Check(string name, string actual, [CallerFilePath] string source = "")
    {
        // Padding at the ends of lines is not seen; line ends are the platform's.
        string text = string.Join('\n', actual.ReplaceLineEndings("\n").Split('\n').Select(static line => line.TrimEnd()));
        string path = Path.Combine(Path.GetDirectoryName(source)!, "Golden", name);
        if (Environment.GetEnvironmentVariable("TRACEGAP_UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }

        Assert.Equal(File.ReadAllText(path), text);
    }
}
