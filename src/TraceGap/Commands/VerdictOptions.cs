using System.CommandLine;
using TraceGap.Reporting;

namespace TraceGap.Commands;

/// <summary>What of a report is bad news for a pipeline, as options.</summary>
internal sealed class VerdictOptions
{
    private readonly Option<bool> _failIfDiverged = new("--fail-if-diverged")
    {
        Description = "Exit with 1 if observed reliability is significantly below theoretical.",
    };

    private readonly Option<bool> _failIfObjectiveMissed = new("--fail-if-objective-missed")
    {
        Description = "Exit with 1 if the error budget of the workflow's objective is overspent.",
    };

    /// <summary>Adds the options.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_failIfDiverged);
        command.Options.Add(_failIfObjectiveMissed);
    }

    /// <summary>The exit code of a report that was shown.</summary>
    public int Of(ParseResult parsed, Report report)
    {
        bool isBad = (parsed.GetValue(_failIfDiverged) && report.Reliability.Divergence is { Significant: true, Value: < 0 })
            || (parsed.GetValue(_failIfObjectiveMissed) && report.Objective is { ErrorBudgetRemaining: < 0 });
        return isBad ? ExitCodes.BadNews : ExitCodes.Fine;
    }
}
