namespace TraceGap.Storage;

/// <summary>The store could not do what it was asked for: disk full, device failed, database damaged. Nothing was changed; the same call may work later.</summary>
/// <param name="error">What is wrong and where.</param>
/// <param name="inner">What told it, if something did.</param>
public sealed class StorageUnavailableException(StoreError error, Exception? inner = null) : Exception(error.ToString(), inner)
{
    /// <summary>What is wrong and where.</summary>
    public StoreError Error { get; } = error;

    /// <summary>True if stored bytes are not what was written, so that trying again cannot help; see <see cref="TraceStore.ReplaceDatabase"/>. False for a file of another program.</summary>
    public bool IsDamage => Error.Problem == StoreProblem.Corrupt && InnerException is not null;
}
