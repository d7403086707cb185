using TraceGap.Storage;

namespace TraceGap.Server.Configuration;

/// <summary>What must hold between the limits of what is kept.</summary>
internal static class RetentionRules
{
    /// <summary>Below it the log of the database alone would make traces go.</summary>
    public const long LeastBytes = 64L << 20;

    /// <summary>What does not fit together, each with the key to set.</summary>
    public static IEnumerable<string> Problems(RetentionOptions retention)
    {
        if (retention.MaxBytes is > 0 and < LeastBytes)
        {
            yield return $"Retention:MaxBytes: {retention.MaxBytes} is too little to keep anything: set at least {LeastBytes}, or 0 for no limit";
        }

        // What a late span takes out must still be there.
        if (retention.MaxAge < retention.ReopenHorizon)
        {
            yield return "Retention:MaxAge: traces must be kept at least as long as they can be re-opened (Retention:ReopenHorizon)";
        }

        if (retention.RollupMaxAge < retention.MaxAge + retention.MaxEventAge)
        {
            yield return "Retention:RollupMaxAge: rollups must be kept at least as long as the oldest traces (Retention:MaxAge and Retention:MaxEventAge together)";
        }
    }
}
