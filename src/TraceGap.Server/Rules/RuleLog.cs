namespace TraceGap.Server.Rules;

/// <summary>Log messages of rule files; event ids 2400 to 2499, never reused.</summary>
internal static partial class RuleLog
{
    [LoggerMessage(2400, LogLevel.Warning, "{Mistake}; the rules of before stay in use.")]
    public static partial void NotTaken(ILogger logger, string mistake);

    [LoggerMessage(2401, LogLevel.Information, "{Path}: changed on disk and taken up: {Rules} rules, rule set {Id}, for traces that are analysed from now on.")]
    public static partial void Taken(ILogger logger, string path, int rules, string id);
}
