namespace TraceGap.Reporting.Alerts;

/// <summary>What an evaluation of a rule came to.</summary>
/// <param name="Verdict">The verdict.</param>
/// <param name="Finding">The window that decided; null if none did.</param>
/// <param name="Calibration">What it was measured with.</param>
public readonly record struct RuleJudgement(AlertVerdict Verdict, ScanFinding? Finding = null, ScanCalibration? Calibration = null);
