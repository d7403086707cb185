using System.CommandLine;
using TraceGap.Demo;

namespace TraceGap.Commands;

/// <summary><c>tracegap demo</c>: a server, an agent system that sends to it, and the report beside the truth.</summary>
internal static class DemoCommand
{
    /// <summary>A run of which every interval holds the truth; of other seeds one in twenty intervals does not, as it must be.</summary>
    private const ulong DefaultSeed = 1;

    private static readonly Option<bool> Once = new("--once") { Description = "End after the report; exit with 1 unless every count equals the truth." };

    private static readonly Option<ulong> Seed = new("--seed")
    {
        Description = "Decides every fault; the same seed, seconds and rate give the same counts.",
        HelpName = "N",
        DefaultValueFactory = static _ => DefaultSeed,
    };

    private static readonly Option<int> Seconds = WholeNumber.New("--seconds", "How long to send.", standard: 30, least: 1, most: 3600);

    private static readonly Option<int> Rate = WholeNumber.New("--rate", "Requests a second.", standard: 100, least: 1, most: 5000);

    private static readonly Option<bool> Parallel = new("--parallel") { Description = "Let the three agents of a request work at the same time instead of one after the other." };

    private static readonly Option<double> CompletionTime = NewCompletionTime();

    public static Command New(Terminal terminal)
    {
        Command command = new("demo", "Serve on a temporary data folder, send to it from a built-in agent system, and show the report beside the truth.") { Once, Seed, Seconds, Rate, Parallel, CompletionTime };
        command.SetAction((parsed, stop) => RunAsync(parsed, terminal, stop));
        return command;
    }

    private static Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken stop)
    {
        Injection injection = new(parsed.GetValue(Seed)) { Parallel = parsed.GetValue(Parallel), CompletionTime = parsed.GetValue(CompletionTime) };
        DemoPlan plan = new(injection, parsed.GetValue(Seconds) * parsed.GetValue(Rate), parsed.GetValue(Rate));
        return new DemoRun(terminal, plan).RunAsync(parsed.GetValue(Once), stop);
    }

    private static Option<double> NewCompletionTime()
    {
        Option<double> option = new("--completion-time")
        {
            Description = "How long model calls take, as a multiple of what they usually do: what 'whatif --scale' tells of.",
            HelpName = "FACTOR",
            DefaultValueFactory = static _ => 1,
        };
        option.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<double>() is not (>= 0 and <= 1000))
            {
                result.AddError("--completion-time is from 0 to 1000.");
            }
        });
        return option;
    }
}
