namespace TraceGap.Server.Rules;

/// <summary>One thing that is wrong in a rule file.</summary>
/// <param name="Line">Line, from 1.</param>
/// <param name="Column">Column, from 1.</param>
/// <param name="Text">What is wrong, and what to write instead.</param>
internal readonly record struct RuleMistake(int Line, int Column, string Text);
