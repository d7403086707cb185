using System.IO.Enumeration;

namespace TraceGap.Aggregation;

/// <summary>What a change is about: the steps of a layer, the steps that a pattern names, or the steps that use a model. Exactly one of the three is set.</summary>
public sealed record ReplayTarget
{
    /// <summary>All steps and spans of a layer.</summary>
    public Layer? Layer { get; init; }

    /// <summary>Steps by name, see <see cref="Names"/>.</summary>
    public string? Step { get; init; }

    /// <summary>Steps whose spans name a model; <c>*</c> and <c>?</c> as in file names.</summary>
    public string? Model { get; init; }

    /// <summary>Whether the layer or the name of a step is meant. Its model is not asked: keys need not have it.</summary>
    public bool Matches(StepKey key) => Layer is Layer layer ? key.Layer == layer : Step is string step && Names(step, key);

    /// <summary>
    /// Whether a pattern with <c>*</c> and <c>?</c> names a step: by the whole key, <c>agents/tool_call/execute_tool lookup</c>, by the operation alone, or by what stands before or after the
    /// first blank of the operation, <c>lookup</c>.
    /// </summary>
    public static bool Names(string pattern, StepKey key)
    {
        ReadOnlySpan<char> operation = key.Operation;
        int blank = operation.IndexOf(' ');
        return Matches(pattern, key.Text) || Matches(pattern, operation) || (blank > 0 && (Matches(pattern, operation[..blank]) || Matches(pattern, operation[(blank + 1)..])));
    }

    /// <summary>Whether a pattern with <c>*</c> and <c>?</c> fits a text. Case counts.</summary>
    public static bool Matches(string pattern, ReadOnlySpan<char> text) => FileSystemName.MatchesSimpleExpression(pattern, text, ignoreCase: false);
}
