using TraceGap.Commands;

namespace TraceGap.Tests.Commands;

/// <summary>A command line run in this process as a pipe would run it.</summary>
internal sealed record CommandRun(int ExitCode, string Out, string Error)
{
    public static Task<CommandRun> OfAsync(params string[] args) => WithInputAsync([], args);

    public static async Task<CommandRun> WithInputAsync(byte[] input, params string[] args)
    {
        using StringWriter output = new() { NewLine = "\n" };
        using StringWriter error = new() { NewLine = "\n" };
        Terminal terminal = new()
        {
            Out = output,
            Error = error,
            Console = Terminal.PlainConsole(output, 120),
            OpenInput = () => new MemoryStream(input),
        };
        int exitCode = await CommandLineApp.RunAsync(args, terminal);
        return new CommandRun(exitCode, output.ToString(), error.ToString());
    }
}
