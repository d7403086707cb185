namespace TraceGap.Server.Security;

/// <summary>What was made of the content of files, or why nothing could be.</summary>
/// <param name="Value">The value, or null.</param>
/// <param name="Problem">Why there is none, naming key and file; empty if there is one.</param>
internal readonly record struct Loaded<T>(T? Value, string Problem)
    where T : class
{
    public static Loaded<T> Of(T value) => new(value, "");

    public static Loaded<T> Failed(string problem) => new(null, problem);
}
