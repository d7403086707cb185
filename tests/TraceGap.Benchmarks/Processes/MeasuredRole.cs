using System.Text.Json;

namespace TraceGap.Benchmarks.Processes;

/// <summary>
/// The other side of <see cref="MeasuredProcess"/>: runs a server in a process of its own and answers questions about it, a line each way. It says where it listens, then answers
/// <c>figures</c>, <c>collect</c> and <c>stop</c>.
/// </summary>
internal static class MeasuredRole
{
    public const string Name = "measured-role";
    public const string Server = "server";
    public const string Discard = "discard";

    /// <summary>Runs the role that the command line names, until it is told to stop or its parent is gone.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        Dictionary<string, string?> flags = arguments.Skip(1).Select(static it => it.Split('=', 2)).ToDictionary(static it => it[0], static string? (it) => it[1]);
        IRunningHost host = arguments[0] == Server ? await ServerHost.StartAsync(flags) : await DiscardHost.StartAsync();
        await using (host)
        {
            Say(host.Addresses);
            while (await Console.In.ReadLineAsync() is string question && question is "figures" or "collect")
            {
                Say(question == "collect" ? ProcessFigures.ReadCollected() : ProcessFigures.Read());
            }
        }

        Say(ProcessFigures.Read());
        return 0;
    }

    private static void Say<T>(T answer) => Console.Out.WriteLine(JsonSerializer.Serialize(answer));
}
