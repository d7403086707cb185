using System.Globalization;
using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>What an answer takes for granted, as far as the question makes it matter.</summary>
internal static class Assumptions
{
    /// <summary>The sentences.</summary>
    public static IEnumerable<string> Of(ReplayChanges changes, SampledTraces sampled)
    {
        if (sampled.Traces < sampled.Of)
        {
            yield return $"Latency is that of {Text(sampled.Traces)} of {Text(sampled.Of)} traces, those with the smallest hashes of the trace id; reliability is that of all.";
        }

        yield return "What started after something had ended is taken to have waited for it.";
        if (changes.Scale.Count > 0)
        {
            yield return "Only computing gets faster or slower; handing over, moving data and waiting take what they took.";
        }

        if (changes.Parallelize.Count > 0)
        {
            yield return "Steps made parallel are taken not to need each other's results; what their parent did between them is still done before they join.";
        }

        if (changes.Remove.Count > 0)
        {
            yield return "Nothing needs the result of a step that is left out; steps below it take no time either, but their failures count unless they are named too.";
        }

        foreach (string sentence in changes.HasRedo ? OfRedo(changes) : [])
        {
            yield return sentence;
        }
    }

    private static IEnumerable<string> OfRedo(ReplayChanges changes)
    {
        yield return "A try takes as long as the last one did, and in latency whether it succeeds is drawn by the trace id.";
        yield return "What a rescued run would do afterwards is not replayed: latency after still has runs that failed early.";
        yield return "For reliability a rescued run goes on as those did that had come as far; intervals do not cover how well success rates of tries are known.";
        if (changes.Retry.Count > 0)
        {
            yield return "A try after a failed one fails as often as such tries did in the window; where fewer than 10 were seen, as often as first tries: an upper bound, since what made one fail often lasts.";
        }

        if (changes.Gate.Count > 0)
        {
            yield return "A check takes no time and rejects no good result; a run that was lost silently is caught only at a step that was degraded.";
        }

        if (changes.Fallback.Count > 0)
        {
            yield return "A fallback takes as long as the step that it stands in for.";
        }
    }

    private static string Text(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
