using System.CommandLine;
using System.Text;
using System.Text.Json;
using TraceGap.Remote;

namespace TraceGap.Commands;

/// <summary>Commands that show one document of a server's query API: asks, reads, writes, and tells in one line what went wrong.</summary>
/// <param name="terminal">Where to.</param>
/// <param name="access">How to get in.</param>
/// <param name="parsed">The command line.</param>
internal sealed class ServerDocument(Terminal terminal, AccessOptions access, ParseResult parsed)
{
    /// <summary>The option <c>--format</c> of commands without csv.</summary>
    public static Option<string> NewFormat()
    {
        Option<string> option = new("--format") { Description = "table: for people. json: the answer of the query API.", DefaultValueFactory = static _ => ReportFormat.Table };
        option.AcceptOnlyFromAmong(ReportFormat.Table, ReportFormat.Json);
        return option;
    }

    /// <summary>Shows the document.</summary>
    /// <param name="path">Path of the endpoint.</param>
    /// <param name="parameters">Query parameters; those that are null are left out.</param>
    /// <param name="format">table or json.</param>
    /// <param name="read">Reads the document.</param>
    /// <param name="write">Writes it for people.</param>
    /// <param name="stop">Gives up.</param>
    /// <param name="question">A JSON document that is posted; null where nothing is.</param>
    /// <param name="judge">The exit code of a document that was shown; null: all is fine.</param>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public async Task<int> ShowAsync<T>(
        string path, IEnumerable<(string Name, string? Value)> parameters, string format, Func<byte[], T> read, Action<T> write, CancellationToken stop, byte[]? question = null,
        Func<T, int>? judge = null)
    {
        if (access.Read(parsed, out ServerAccess entry) is string wrong)
        {
            return terminal.Fail(ExitCodes.WrongUsage, wrong);
        }

        using QueryClient client = new(access.Server(parsed), entry);
        ServerAnswer answer = question is null ? await client.GetAsync(path, stop, parameters) : await client.PostAsync(path, question, stop, parameters);
        if (answer.Problem is string problem)
        {
            return terminal.Fail(ExitCodes.Unreadable, problem);
        }

        T document;
        try
        {
            document = read(answer.Body);
        }
        catch (JsonException)
        {
            return terminal.Fail(ExitCodes.Unreadable, $"{access.Server(parsed)}: the answer is not of this version of TraceGap");
        }

        if (format == ReportFormat.Json)
        {
            terminal.Out.WriteLine(Encoding.UTF8.GetString(answer.Body));
        }
        else
        {
            write(document);
        }

        return judge?.Invoke(document) ?? ExitCodes.Fine;
    }
}
