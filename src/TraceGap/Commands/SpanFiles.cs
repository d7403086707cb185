using TraceGap.Offline;
using TraceGap.Otlp.Files;
using TraceGap.Server.Configuration;

namespace TraceGap.Commands;

/// <summary>Reads recorded spans into an analysis. What cannot be read is remembered and told; the rest is read.</summary>
/// <param name="terminal">Where progress and problems go.</param>
/// <param name="analysis">Gets the spans.</param>
/// <param name="options">What is kept of the spans, as for a server.</param>
internal sealed class SpanFiles(Terminal terminal, OfflineAnalysis analysis, ServerOptions options)
{
    /// <summary>A file of another kind has nothing but problems; a few of them say so.</summary>
    private const int ProblemsToldPerFile = 5;

    private const string StandardInput = "-";

    private readonly List<string> _problems = [];

    /// <summary>Reads files into an analysis and tells what could not be read.</summary>
    /// <returns>In words, if no span could be read at all; else null.</returns>
    public static async Task<string?> ReadAsync(Terminal terminal, OfflineAnalysis analysis, ServerOptions options, IReadOnlyList<string> files, CancellationToken stop)
    {
        SpanFiles input = new(terminal, analysis, options);
        await input.ReadAsync(files, stop);
        input.TellProblems();
        return !analysis.HasSpans ? $"no span could be read from {string.Join(", ", files)}" : null;
    }

    /// <summary>Reads the files in order.</summary>
    public Task ReadAsync(IReadOnlyList<string> files, CancellationToken stop)
    {
        // The length of the standard input is not known before its end.
        long total = files.Contains(StandardInput) ? 0 : files.Where(File.Exists).Sum(static file => new FileInfo(file).Length);
        return ProgressBar.RunAsync(terminal.Progress, "reading", total, async progress =>
        {
            long before = 0;
            foreach (string file in files)
            {
                before += await ReadAsync(file, read => progress(before + read), stop);
            }
        });
    }

    /// <summary>Tells what could not be read.</summary>
    public void TellProblems() => _problems.ForEach(terminal.Tell);

    private async Task<long> ReadAsync(string file, Action<long> progress, CancellationToken stop)
    {
        long read = 0;
        int problems = 0;
        try
        {
            await using Stream stream = file == StandardInput ? terminal.OpenInput() : File.OpenRead(file);
            await foreach (OtlpFileMessage message in options.NewFileReader().ReadAsync(stream, stop))
            {
                Array.ForEach(message.Result.Batch.ToRecords(), analysis.Add);
                read = message.BytesRead;
                progress(read);
                if (message.Problem is string problem && ++problems <= ProblemsToldPerFile)
                {
                    _problems.Add($"{file}: {problem}");
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _problems.Add(exception is FileNotFoundException or DirectoryNotFoundException ? $"{file}: no such file" : $"{file}: {exception.Message}");
        }

        if (problems > ProblemsToldPerFile)
        {
            _problems.Add($"{file}: {problems - ProblemsToldPerFile} more of this kind");
        }

        return read;
    }
}
