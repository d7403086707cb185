namespace TraceGap.Server.Queries;

/// <summary>How a query ended.</summary>
public enum QueryOutcome
{
    /// <summary>Answered.</summary>
    Answered,

    /// <summary>What was asked for does not exist.</summary>
    NotFound,

    /// <summary>The question makes no sense; the text says which part.</summary>
    InvalidArgument,

    /// <summary>The store cannot be read at present; the text says why.</summary>
    Unavailable,
}

/// <summary>The answer to a query: a JSON document, or why there is none.</summary>
public sealed class QueryAnswer
{
    private QueryAnswer(QueryOutcome outcome, ReadOnlyMemory<byte> json, string error)
    {
        Outcome = outcome;
        Json = json;
        Error = error;
    }

    /// <summary>How the query ended.</summary>
    public QueryOutcome Outcome { get; }

    /// <summary>The document in UTF-8; empty unless <see cref="QueryOutcome.Answered"/>.</summary>
    public ReadOnlyMemory<byte> Json { get; }

    /// <summary>What is wrong, for people; empty if <see cref="QueryOutcome.Answered"/>.</summary>
    public string Error { get; }

    /// <summary>An answer.</summary>
    /// <param name="json">The document in UTF-8.</param>
    public static QueryAnswer Answered(ReadOnlyMemory<byte> json) => new(QueryOutcome.Answered, json, "");

    /// <summary>What was asked for does not exist.</summary>
    public static QueryAnswer NotFound(string error) => new(QueryOutcome.NotFound, default, error);

    /// <summary>The question makes no sense.</summary>
    public static QueryAnswer InvalidArgument(string error) => new(QueryOutcome.InvalidArgument, default, error);

    /// <summary>The store cannot be read at present.</summary>
    public static QueryAnswer Unavailable(string error) => new(QueryOutcome.Unavailable, default, error);
}
