namespace TraceGap.Demo;

/// <summary>The faults that the demo's agent system is given, and what follows from them for any number of requests.</summary>
/// <remarks>
/// A request takes six steps in series (or, <see cref="Parallel"/>, the middle three at the same time), each of which ends it when it fails: ingress, plan, retrieval, inference, tool call, assembly. The agents that wrap the middle three
/// never fail of their own. Inference has a second model to fall back to; tools have a second attempt; now and then a finished answer is lost on its way out.
/// </remarks>
/// <param name="Seed">Decides every fault and every latency; same seed and same number of requests, same faults.</param>
internal sealed record Injection(ulong Seed)
{
    /// <summary>Probability that a step fails of its own, its attempts taken together.</summary>
    public double StepFailure { get; init; } = 0.03;

    /// <summary>Probability that the first attempt of a tool fails.</summary>
    public double FirstAttemptFailure { get; init; } = 0.10;

    /// <summary>Probability that a complete answer is lost at the seam between assembly and ingress: a failed request without a failed step.</summary>
    public double SeamLoss { get; init; } = 0.05;

    /// <summary>True if the three agents of a request work at the same time.</summary>
    public bool Parallel { get; init; }

    /// <summary>How long model calls take, as a multiple of what they usually do.</summary>
    public double CompletionTime { get; init; } = 1;

    /// <summary>How long everything takes, as a multiple of what it usually does.</summary>
    public double WorkTime { get; init; } = 1;

    /// <summary>Probability that the second attempt of a tool fails too, so that both together make <see cref="StepFailure"/>.</summary>
    public double SecondAttemptFailure => StepFailure / FirstAttemptFailure;

    /// <summary>True reliability of every step that can fail of its own.</summary>
    public double StepReliability => 1 - StepFailure;

    /// <summary>True probability that a request succeeds: five steps, a model with a fallback, a seam.</summary>
    public double Observed => Math.Pow(StepReliability, 5) * (1 - (StepFailure * StepFailure)) * (1 - SeamLoss);

    /// <summary>True product over the path: six steps, and the fallback where one was taken.</summary>
    public double Theoretical => Math.Pow(StepReliability, 6) * FallbackFactor;

    /// <summary>As <see cref="Theoretical"/>, with the reliability of first attempts.</summary>
    public double TheoreticalPerAttempt => Math.Pow(StepReliability, 5) * (1 - FirstAttemptFailure) * FallbackFactor;

    // The path is longer by one step where the first model failed.
    private double FallbackFactor => 1 - StepFailure + (StepFailure * StepReliability);
}
