using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>Tells why a span has the layer that it has: goes through all rules one by one, as <see cref="LayerTable"/> has compiled them.</summary>
/// <param name="layerKeys">Further keys of the tag.</param>
/// <param name="rules">The user's rules.</param>
public sealed class LayerExplainer(IReadOnlyList<string> layerKeys, LayerRuleSet rules)
{
    private readonly LayerTag _tag = new(layerKeys);
    private readonly LayerRule[] _rows = [.. rules.Rows, .. LayerRules.All];

    /// <summary>Explains a span.</summary>
    public LayerExplanation Explain(SpanRecord span) =>
        new(_tag.TryRead(span, out SpanLayer tagged) ? tagged.Rule : null, [.. _rows.Where(row => row.Lead.Holds(span)).Select(row => Examine(row, span))]);

    private static ExaminedRule Examine(LayerRule row, SpanRecord span)
    {
        ExaminedClue[] clues = [.. row.Also.Prepend(row.Lead).Select(clue => new ExaminedClue(clue.ToString(), clue.Holds(span)))];
        return new ExaminedRule(row.Name ?? NameOf(row.Lead, span), Says(row), Array.TrueForAll(clues, static clue => clue.Holds), clues);
    }

    // As the table names its rows: by the key, value or shape that they are found by.
    private static string NameOf(Clue lead, SpanRecord span) => lead.Kind switch
    {
        ClueKind.Value => KeysOf(lead, span)
            .SelectMany(key => lead.Values.OrderBy(FoldedText.IsPattern), static (key, value) => (Key: key, Value: value))
            .Where(pair => FoldedText.Matches(pair.Value, span.Attributes.Text(pair.Key)!))
            .Select(static pair => $"{pair.Key}={pair.Value}")
            .First(),
        ClueKind.Present => KeysOf(lead, span).First(),
        ClueKind.KeyStart => lead.Keys.First(prefix => span.Attributes.Items.Any(item => item.Key.StartsWith(prefix, StringComparison.Ordinal))) + "*",
        ClueKind.Scope => "scope " + lead.Values.First(shape => NamePattern.Matches(shape, span.Scope.Name)),
        ClueKind.Name => "name " + lead.Values.First(shape => NamePattern.Matches(shape, span.Name)),
        _ => lead.ToString(),
    };

    // Of several keys the first that the span has.
    private static IEnumerable<string> KeysOf(Clue lead, SpanRecord span) =>
        span.Attributes.Items.Select(static item => item.Key).Where(key => lead.Keys.Contains(key, StringComparer.Ordinal) && span.Attributes.HasText(key));

    private static string Says(LayerRule row)
    {
        string layer = LayerNames.Of(row.Layer);
        return row.Effect switch
        {
            LayerEffect.ByWords => "the layer that the words of the name say, else orchestration",
            LayerEffect.OwnUnlessWithinCall => $"{layer}; inside a tool call or a retrieval part of that",
            LayerEffect.OwnOutsideRun => $"{layer}; inside a run part of what encloses it",
            LayerEffect.OwnAtTop => $"{layer} where nothing above has a layer, else part of that",
            LayerEffect.OwnInsideRun => $"{layer} inside a run; inside a tool call or a retrieval part of that",
            LayerEffect.Wrapper => $"{layer}; orchestration where model or tool calls are below it",
            LayerEffect.Loop => "orchestration around model and tool calls; around a single one no step of its own",
            LayerEffect.FromBelow => $"the layer of the calls below it, {layer} without any",
            LayerEffect.ByPosition => "ingress before the first model call beside it, assembly after it",
            LayerEffect.Inherit => "part of what encloses it",
            LayerEffect.Exclude => "kept outside latency and steps",
            _ => layer,
        };
    }
}
