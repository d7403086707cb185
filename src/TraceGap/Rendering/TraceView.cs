using System.Globalization;
using Spectre.Console;
using TraceGap.Reporting.Traces;

namespace TraceGap.Rendering;

/// <summary>One trace as a tree beside a waterfall: what ran below what, which layer and step it was, how it went, and which of its time the trace waited for.</summary>
internal static class TraceView
{
    private const int WidthBesideWaterfall = 62;
    private const double NanosPerMillisecond = 1e6;

    /// <summary>Writes the trace.</summary>
    public static void Write(IAnsiConsole console, TraceReport trace)
    {
        WriteHead(console, trace);
        ReportView.Title(console, "Spans (● opens a step, █ on the critical path)");
        WriteSpans(console, trace);
        if (trace.Layers.Count > 0)
        {
            ReportView.Title(console, "Critical path by layer");
            WriteLayers(console, trace);
        }

        if (trace.Defects.Count > 0)
        {
            ReportView.Title(console, "Oddities");
            foreach (DefectEntry defect in trace.Defects)
            {
                console.Write(new Padder(new Text(Cell.Printable($"{defect.Kind}{(defect.SpanId is null ? "" : $" {defect.SpanId}")}: {defect.Detail}")), new Padding(2, 0, 0, 0)));
            }
        }
    }

    private static void WriteHead(IAnsiConsole console, TraceReport trace)
    {
        console.Write(new Text(Cell.Printable($"{trace.Workflow}  {trace.TraceId}"), Palette.Title));
        console.WriteLine();
        string start = DateTime.UnixEpoch.AddTicks(Nanos(trace.StartUnixNano) / 100).ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
        console.Write(new Text($"{start} UTC · {Figures.Duration(trace.DurationMs)} · "));
        console.Write(new Text($"{trace.Outcome} ({trace.OutcomeSource})", trace.Outcome == "failed" ? Palette.Bad : Palette.Plain));
        console.WriteLine();
        if (trace.Failure is FailureEntry failure)
        {
            console.Write(new Text(Cell.Printable(failure.Text), Palette.Bad));
            console.WriteLine();
        }
    }

    private static void WriteSpans(IAnsiConsole console, TraceReport trace)
    {
        Waterfall waterfall = new(trace, Math.Clamp(console.Profile.Width - WidthBesideWaterfall, 16, 48));
        Dictionary<string, StepNote> steps = StepNotes(trace);
        TextGrid grid = new(Column.Name("span", 30), Column.Text("layer"), Column.Number("took"), Column.Number("on path"), Column.Text("", rank: 1));
        foreach (TreeLine line in TraceTree.Lines(trace.Spans))
        {
            SpanEntry span = line.Span;
            double tookMs = (Nanos(span.EndUnixNano) - Nanos(span.StartUnixNano)) / NanosPerMillisecond;
            grid.Row(
                new Cell($"{line.Prefix}{(steps.ContainsKey(span.SpanId) ? "● " : "")}{span.Name}", StyleOf(span.Verdict)),
                LayerText.Shown(span.Layer),
                Figures.Duration(tookMs),
                waterfall.OnPath(span.SpanId) is > 0 and double onPath ? Figures.Duration(onPath) : "·",
                new Cell(waterfall.Bar(span), Palette.Bar));
            string note = NoteOf(span, steps.GetValueOrDefault(span.SpanId, StepNote.None));
            if (note.Length > 0)
            {
                grid.Row(new Cell(line.NotePrefix + note, StyleOf(span.Verdict)), "", "", "", "");
            }
        }

        grid.Write(console);
    }

    private static string NoteOf(SpanEntry span, StepNote step)
    {
        string verdict = step.Failure.Length > 0 ? step.Failure : span.Verdict == "ok" ? "" : span.Verdict;
        string withType = verdict.Length == 0 || string.IsNullOrEmpty(span.ErrorType) ? verdict : $"{verdict} ({span.ErrorType})";
        return string.Join(", ", new[] { step.Attempt, withType }.Where(static text => text.Length > 0));
    }

    private static Style StyleOf(string verdict) => verdict switch
    {
        "ok" => Palette.Plain,
        "failed" => Palette.Bad,
        _ => Palette.Faint,
    };

    private static Dictionary<string, StepNote> StepNotes(TraceReport trace)
    {
        Dictionary<string, StepNote> notes = [];
        HashSet<string?> aboveFailures = [.. trace.Steps.Where(static step => step.Verdict == "failed").Select(static step => step.ParentStepId)];
        foreach (StepEntry step in trace.Steps)
        {
            string failure = step switch
            {
                { OwnFailure: true, Recovered: true } => "failed of its own, the run went on",
                { OwnFailure: true } => "failed of its own",
                { Verdict: "failed" } => aboveFailures.Contains(step.StepId) ? "failed by what is below" : "failed though no step below did",
                _ => "",
            };
            for (int i = 0; i < step.Attempts.Count; i++)
            {
                string attempt = step.Attempts.Count > 1 ? $"try {i + 1} of {step.Attempts.Count}" : "";
                notes[step.Attempts[i].SpanId] = new StepNote(attempt, i == step.Attempts.Count - 1 ? failure : "");
            }
        }

        return notes;
    }

    private static void WriteLayers(IAnsiConsole console, TraceReport trace)
    {
        double total = trace.Layers.Sum(static layer => layer.CriticalMs);
        TextGrid grid = new(
            Column.Text("layer"), Column.Number("on path"), Column.Number("share"), Column.Number("compute"), Column.Number("movement"), Column.Number("handoff"), Column.Number("wait"));
        foreach (LayerTimeEntry layer in trace.Layers)
        {
            grid.Row(
                LayerText.Shown(layer.Layer),
                Figures.Duration(layer.CriticalMs),
                total > 0 ? Figures.Percent(layer.CriticalMs / total) : Figures.Missing,
                Kind(layer.ComputeMs),
                Kind(layer.MovementMs),
                Kind(layer.HandoffMs),
                Kind(layer.WaitMs));
        }

        grid.Write(console);
        if (trace.TimedOrder.Count > 0)
        {
            console.Write(new Text(
                trace.TimedOrder.Count == 1
                    ? "The path is inferred from timing: at one place a span is taken to have waited for the one before it."
                    : $"The path is inferred from timing: at {Figures.Count(trace.TimedOrder.Count)} places a span is taken to have waited for the one before it.",
                Palette.Faint));
            console.WriteLine();
        }

        static string Kind(double milliseconds) => milliseconds > 0 ? Figures.Duration(milliseconds) : "·";
    }

    private static long Nanos(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>What is worth saying about the step that a span opens: which try it is, and whose failure its failure is.</summary>
    private sealed record StepNote(string Attempt, string Failure)
    {
        public static StepNote None { get; } = new("", "");
    }
}
