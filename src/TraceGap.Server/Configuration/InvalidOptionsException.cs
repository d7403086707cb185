namespace TraceGap.Server.Configuration;

/// <summary>A server cannot start with its options.</summary>
/// <param name="problems">Everything that is wrong, each with the key to set.</param>
public sealed class InvalidOptionsException(IReadOnlyList<string> problems) : Exception(string.Join("; ", problems))
{
    /// <summary>Everything that is wrong, each with the key to set.</summary>
    public IReadOnlyList<string> Problems { get; } = problems;
}
