using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>Tells which changes meant nothing, so that a misspelt name is not taken for a change that brings nothing.</summary>
internal static class Unmatched
{
    /// <summary>A text for each, in the order of the question.</summary>
    public static IEnumerable<string> Of(ReplayChanges changes, IReadOnlySet<(string List, int Index)> used) =>
        Texts("scale", changes.Scale, static change => Text(change.Target))
            .Concat(Texts("parallelize", changes.Parallelize, static change => $".parent \"{change.Parent}\" has no {string.Join(", ", change.Children.Select(static child => $"\"{child}\""))} that ran one after the other"))
            .Concat(Texts("remove", changes.Remove, static change => $".step \"{change.Step}\""))
            .Concat(Texts("retry", changes.Retry, static change => Text(change.Target)))
            .Concat(Texts("gate", changes.Gate, static change => Text(change.Target)))
            .Concat(Texts("fallback", changes.Fallback, static change => Text(change.Target)))
            .Where(it => !used.Contains((it.List, it.Index)))
            .Select(static it => $"{it.List}[{it.Index}]{it.Text}");

    private static IEnumerable<(string List, int Index, string Text)> Texts<T>(string list, IReadOnlyList<T> changes, Func<T, string> text) =>
        changes.Select((change, index) => (list, index, text(change)));

    private static string Text(ReplayTarget target) => target switch
    {
        { Layer: Layer layer } => $".layer \"{LayerNames.Of(layer)}\"",
        { Step: string step } => $".step \"{step}\"",
        _ => $".model \"{target.Model}\"",
    };
}
