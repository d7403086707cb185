namespace TraceGap.Otlp;

/// <summary>What became of the log records of a request.</summary>
/// <param name="Signals">Records that say something about their span: they are among the spans.</param>
/// <param name="Unrelated">Records that say nothing that is analysed; taken and dropped.</param>
/// <param name="Unattributed">Evaluations and exceptions without the ids of a trace and a span; taken and dropped.</param>
/// <param name="EvaluatorFailed">Evaluations that never came to a result (<c>error.type</c>); taken and dropped.</param>
/// <param name="Rejected">Records that were rejected one by one as broken.</param>
public readonly record struct LogTally(int Signals, int Unrelated, int Unattributed, int EvaluatorFailed, int Rejected)
{
    /// <summary>All of them.</summary>
    public int Received => Signals + Unrelated + Unattributed + EvaluatorFailed + Rejected;
}
