using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>A step while the passes work on it: first one per opening span, later one per logical piece of work. Used again for other traces (<see cref="StepForest.Open"/>).</summary>
internal sealed class StepDraft
{
    /// <summary>Tells the steps of a trace apart, from 0 on as they were opened.</summary>
    public required int Number { get; init; }

    /// <summary>The enclosing step, or null.</summary>
    public StepDraft? Parent { get; set; }

    /// <summary>The span that opened it, or −1 for a span that was never exported.</summary>
    public int Span { get; set; }

    /// <summary>Id of that span.</summary>
    public SpanId SpanId { get; set; }

    /// <summary>Service, layer, operation.</summary>
    public StepKey Key { get; set; } = StepKey.None;

    /// <summary>Operation and target of the opening span.</summary>
    public StepOperation Operation { get; set; }

    /// <summary>Whether only the URL of a call tells of it.</summary>
    public bool IsGuess { get; set; }

    /// <summary>Whether it is the request of a call whose own span was never exported.</summary>
    public bool IsParentLost { get; set; }

    /// <summary>Rank for steps that start at the same time: enclosing ones first, then as their spans stand.</summary>
    public int Rank { get; set; }

    /// <summary>Position among the steps in order of start; set when the findings are written.</summary>
    public int Index { get; set; }

    /// <summary>Start of the opening span, ns.</summary>
    public long Start { get; set; }

    /// <summary>End of the opening span, for several calls that are one step of the last of them, ns.</summary>
    public long End { get; set; }

    /// <summary>How it went.</summary>
    public SpanVerdict Verdict { get; set; } = SpanVerdict.Ok;

    /// <summary>Steps directly below, in order of start.</summary>
    public List<StepDraft> Children { get; } = [];

    /// <summary>The last of several calls that are one step (MCP over HTTP), else the opening span.</summary>
    public int LastCall { get; set; }

    /// <summary>The tries, in order of time.</summary>
    public List<AttemptFinding> Attempts { get; } = [];

    /// <summary>The span of the last try where the tries are spans inside the step, else −1.</summary>
    public int LastTry { get; set; } = -1;

    /// <summary>Whether nested spans of the step's layer told of tries.</summary>
    public bool HasNestedTries { get; set; }

    /// <summary>The next attempt, which took its place, or null.</summary>
    public StepDraft? SupersededBy { get; set; }

    /// <summary>The step in whose superseded attempt this one lies directly, or null.</summary>
    public StepDraft? SupersededIn { get; set; }

    /// <summary>Whether it lies, directly or not, inside an attempt that a later one superseded.</summary>
    public bool IsSuperseded { get; set; }

    /// <summary>Whether it failed of its own.</summary>
    public bool OwnFailure { get; set; }

    /// <summary>Whether the run went on after its own failure.</summary>
    public bool Recovered { get; set; }

    /// <summary>Whether a step began after it had ended, beside it or beside a step around it.</summary>
    public bool HasRunGoneOn { get; set; }

    /// <summary>Whether it failed as far as the steps above it are concerned.</summary>
    public bool HasFailed { get; set; }

    /// <summary>The last attempt's call of a model.</summary>
    public ModelCall Call { get; set; }

    /// <summary>Calls of a model that earlier attempts made.</summary>
    public List<ModelCall> ThrownAwayCalls { get; } = [];

    /// <summary>Whether only spans nested in it can tell its tokens.</summary>
    public bool HasNestedTokens { get; set; }

    /// <summary>Whether its model is the one that answered, not only the one that was asked.</summary>
    public bool IsModelToldByAnswer { get; set; }

    /// <summary>Whether an inference step is below it.</summary>
    public bool HasInferenceBelow { get; set; }

    /// <summary>Makes it as good as new.</summary>
    public void Reset()
    {
        Parent = SupersededBy = SupersededIn = null;
        LastTry = -1;
        IsGuess = IsParentLost = HasNestedTries = IsSuperseded = OwnFailure = Recovered = HasRunGoneOn = HasFailed = HasNestedTokens = IsModelToldByAnswer = HasInferenceBelow = false;
        Call = default;
        Verdict = SpanVerdict.Ok;
        Children.Clear();
        Attempts.Clear();
        ThrownAwayCalls.Clear();
    }
}
