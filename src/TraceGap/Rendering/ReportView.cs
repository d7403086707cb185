using Spectre.Console;
using TraceGap.Reporting;

namespace TraceGap.Rendering;

/// <summary>A report for people: sections from the headline down to single failures, for consoles of 80 columns and more.</summary>
internal static class ReportView
{
    /// <summary>Writes the report.</summary>
    public static void Write(IAnsiConsole console, Report report)
    {
        HeadSection.Write(console, report);
        if (report.Traces.Total == 0)
        {
            return;
        }

        ReliabilitySection.Write(console, report.Reliability);
        ObjectiveSection.Write(console, report.Objective);
        LatencySection.Write(console, report.Latency);
        SlowStepsSection.Write(console, report);
        LayersSection.Write(console, report.Layers);
        StepsSection.Write(console, report.Steps);
        SerializationSection.Write(console, report);
        FailuresSection.Write(console, report);
        Footnotes.Write(console, report);
    }

    /// <summary>Starts a section.</summary>
    public static void Title(IAnsiConsole console, string title)
    {
        console.WriteLine();
        console.Write(new Text(title, Palette.Title));
        console.WriteLine();
    }

    /// <summary>Says how many rows of a list are not shown.</summary>
    public static void More(IAnsiConsole console, int count, string what)
    {
        if (count > 0)
        {
            console.Write(new Text($"and {Figures.Count(count)} more {what}; --format json has all", Palette.Faint));
            console.WriteLine();
        }
    }
}
