using System.Diagnostics;

namespace TraceGap.EndToEnd.Tests.Peers;

/// <summary>Builds Go programs against Debian's libraries, without a network.</summary>
internal static class GoProgram
{
    private const string Libraries = "/usr/share/gocode";

    /// <summary>Builds the program of <paramref name="source"/>.</summary>
    /// <param name="source">A Go file.</param>
    /// <param name="folder">Where the program goes.</param>
    /// <param name="ownLibraries">A folder like <c>GOPATH</c> with libraries that Debian lacks; null for none.</param>
    /// <returns>Path of the program.</returns>
    public static async Task<string> BuildAsync(string source, string folder, string? ownLibraries = null)
    {
        string program = Path.Combine(folder, Path.GetFileNameWithoutExtension(source));
        ProcessStartInfo start = new("go", ["build", "-o", program, source]) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["GO111MODULE"] = "off";
        start.Environment["GOFLAGS"] = "";
        start.Environment["GOPATH"] = ownLibraries is null ? Libraries : $"{Libraries}:{ownLibraries}";
        using Process process = Process.Start(start)!;
        string errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, errors);
        return program;
    }
}
