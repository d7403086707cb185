namespace TraceGap.Commands;

/// <summary>What the command tells its caller; a contract.</summary>
internal static class ExitCodes
{
    /// <summary>All is well.</summary>
    public const int Fine = 0;

    /// <summary>The answer is bad news, where asked to say so.</summary>
    public const int BadNews = 1;

    /// <summary>The command line makes no sense.</summary>
    public const int WrongUsage = 2;

    /// <summary>A file or a server could not be read, or a server could not start.</summary>
    public const int Unreadable = 3;
}
