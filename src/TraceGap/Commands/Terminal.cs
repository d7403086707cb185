using Spectre.Console;
using TraceGap.Rendering;

namespace TraceGap.Commands;

/// <summary>Where a command reads and writes. Results go to <see cref="Out"/> or <see cref="Console"/>, everything else to <see cref="Error"/>, so that a pipe gets results alone.</summary>
internal sealed class Terminal
{
    private const int MinWidth = 80;
    private const int MaxWidth = 120;
    private const int MinTextWidth = 40;

    /// <summary>Results that are read by programs.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Messages.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Results that are read by people; writes to <see cref="Out"/>.</summary>
    public required IAnsiConsole Console { get; init; }

    /// <summary>Where progress is drawn; null if nobody watches.</summary>
    public IAnsiConsole? Progress { get; init; }

    /// <summary>Columns for running text.</summary>
    public int TextWidth { get; init; } = MinWidth;

    /// <summary>What <c>-</c> reads.</summary>
    public required Func<Stream> OpenInput { get; init; }

    /// <summary>The terminal of this process. Colours only where a person looks and <c>NO_COLOR</c> (no-color.org) is not set; progress only where messages are seen.</summary>
    public static Terminal OfProcess()
    {
        bool colours = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        return new Terminal
        {
            Out = System.Console.Out,
            Error = System.Console.Error,
            Console = NewConsole(System.Console.Out, isTerminal: !System.Console.IsOutputRedirected, colours),
            Progress = System.Console.IsErrorRedirected ? null : NewConsole(System.Console.Error, isTerminal: true, colours),
            OpenInput = System.Console.OpenStandardInput,
            TextWidth = System.Console.IsOutputRedirected ? MinWidth : Math.Clamp(System.Console.WindowWidth, MinTextWidth, MaxWidth),
        };
    }

    /// <summary>A console that is <paramref name="width"/> wide and writes text alone.</summary>
    public static IAnsiConsole PlainConsole(TextWriter writer, int width)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = width;
        console.Profile.Capabilities.Unicode = true;
        return console;
    }

    /// <summary>Says something in one line that is no result.</summary>
    public void Tell(string message) => Error.WriteLine($"tracegap: {Cell.Printable(message)}");

    /// <summary>Says in one line why the command ends.</summary>
    public int Fail(int exitCode, string message) => Fail(exitCode, [message]);

    /// <summary>Says why the command ends, a line for each reason.</summary>
    public int Fail(int exitCode, IEnumerable<string> messages)
    {
        foreach (string message in messages)
        {
            Tell(message);
        }

        return exitCode;
    }

    private static IAnsiConsole NewConsole(TextWriter writer, bool isTerminal, bool colours)
    {
        if (!isTerminal)
        {
            return PlainConsole(writer, MaxWidth);
        }

        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            ColorSystem = colours ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = Math.Clamp(console.Profile.Width, MinWidth, MaxWidth);
        return console;
    }
}
