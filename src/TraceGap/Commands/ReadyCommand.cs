using System.CommandLine;
using TraceGap.Remote;

namespace TraceGap.Commands;

/// <summary><c>tracegap ready</c>: whether a server takes spans. A container without a shell checks its health with it.</summary>
internal static class ReadyCommand
{
    private static readonly AccessOptions Access = new();

    public static Command New(Terminal terminal)
    {
        Command command = new("ready", "Exit with 0 if the server takes spans and stores them, with 3 if not: a health check.");
        Access.AddTo(command);
        command.SetAction((parsed, stop) => RunAsync(parsed, terminal, stop));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken stop)
    {
        if (Access.Read(parsed, out ServerAccess access) is string wrong)
        {
            return terminal.Fail(ExitCodes.WrongUsage, wrong);
        }

        using QueryClient client = new(Access.Server(parsed), access);
        ServerAnswer answer = await client.GetAsync("readyz", stop);
        return answer.Problem is string problem ? terminal.Fail(ExitCodes.Unreadable, problem) : ExitCodes.Fine;
    }
}
