namespace TraceGap.Storage;

/// <summary>Names what the operating system says went wrong.</summary>
internal static class IoFailure
{
    // ENOSPC and EDQUOT (Linux, macOS), ERROR_HANDLE_DISK_FULL and ERROR_DISK_FULL (Windows).
    private static readonly int[] NoSpaceCodes = [28, 122, 69, unchecked((int)0x80070027), unchecked((int)0x80070070)];

    /// <summary>True for the exceptions that reading and writing files throw.</summary>
    public static bool Is(Exception exception) => exception is IOException or UnauthorizedAccessException;

    public static StoreProblem ProblemOf(Exception exception) => exception switch
    {
        UnauthorizedAccessException => StoreProblem.AccessDenied,
        IOException io when NoSpaceCodes.Contains(io.HResult) => StoreProblem.NoSpace,
        _ => StoreProblem.IoFailed,
    };
}
