using Spectre.Console;

namespace TraceGap.Commands;

/// <summary>Progress of long work, on a terminal alone.</summary>
internal static class ProgressBar
{
    /// <summary>Runs <paramref name="work"/>, which reports how much of <paramref name="total"/> is done.</summary>
    /// <param name="console">Where to draw; null draws nothing.</param>
    /// <param name="label">What is being done.</param>
    /// <param name="total">What all of it is; 0 if unknown.</param>
    /// <param name="work">The work.</param>
    public static async Task RunAsync(IAnsiConsole? console, string label, double total, Func<Action<double>, Task> work)
    {
        if (console is null || !console.Profile.Capabilities.Interactive)
        {
            await work(static _ => { });
            return;
        }

        await console.Progress().AutoClear(true).StartAsync(async context =>
        {
            ProgressTask task = context.AddTask(Markup.Escape(label), maxValue: total > 0 ? total : 1);
            task.IsIndeterminate = total <= 0;
            await work(done => task.Value = done);
        });
    }
}
