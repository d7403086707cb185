namespace TraceGap.Storage.Tests;

/// <summary>Traces that a test commits together.</summary>
internal sealed record StoreBatch(IReadOnlyList<TraceCommit> Traces, long AppliedPosition);

internal static class StoreCommits
{
    /// <summary>Commits a batch in a transaction of its own.</summary>
    public static void Commit(this TraceStore store, StoreBatch batch)
    {
        using StoreTransaction transaction = store.Begin();
        foreach (TraceCommit trace in batch.Traces)
        {
            transaction.Add(trace);
        }

        transaction.Commit(batch.AppliedPosition);
    }
}
