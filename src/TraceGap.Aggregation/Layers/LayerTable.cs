using System.Collections.Frozen;
using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>
/// The layer table, compiled: what a span says of itself, whatever hangs above or below it. The row that stands first in the table wins. Rows are found by their lead clue:
/// one pass over the attributes of a span, one look at its name and its scope; a new row costs spans that it is not about nothing.
/// </summary>
internal sealed class LayerTable
{
    private readonly FrozenDictionary<string, KeyRows> _byKey;
    private readonly KeyFilter _keys;
    private readonly FrozenDictionary<string, Row[]> _byName;
    private readonly FrozenDictionary<string, Row[]> _byScope;
    private readonly Row[]?[] _byNameStart;
    private readonly (string Prefix, Row Row)[]?[] _byKeyStart;

    /// <summary>Compiles rows, first wins.</summary>
    public LayerTable(IReadOnlyList<LayerRule> rules)
    {
        Dictionary<string, List<(string? Value, Row Row)>> byKey = [];
        Dictionary<string, List<Row>> byName = [];
        Dictionary<string, List<Row>> byScope = [];
        Dictionary<char, List<Row>> byNameStart = [];
        Dictionary<char, List<(string, Row)>> byKeyStart = [];
        for (int order = 0; order < rules.Count; order++)
        {
            LayerRule rule = rules[order];
            Clue lead = rule.Lead;
            switch (lead.Kind)
            {
                case ClueKind.Value:
                    foreach ((string key, string value) in lead.Keys.SelectMany(key => lead.Values, static (key, value) => (key, value)))
                    {
                        Add(byKey, key, (value, new Row(order, rule, $"{key}={value}")));
                    }

                    break;
                case ClueKind.Present:
                    Array.ForEach(lead.Keys, key => Add(byKey, key, (null, new Row(order, rule, key))));
                    break;
                case ClueKind.KeyStart:
                    Array.ForEach(lead.Keys, prefix => Add(byKeyStart, prefix[0], (prefix, new Row(order, rule, prefix + "*"))));
                    break;
                case ClueKind.Scope:
                    Array.ForEach(lead.Values, scope => Add(byScope, scope, new Row(order, rule, "scope " + scope)));
                    break;
                case ClueKind.Name:
                    Array.ForEach(lead.Values, shape => AddName(byName, byNameStart, shape, new Row(order, rule, "name " + shape)));
                    break;
                default:
                    throw new ArgumentException($"{lead.Kind} cannot lead a row.", nameof(rules));
            }
        }

        _byKey = byKey.ToFrozenDictionary(static pair => pair.Key, static pair => new KeyRows(pair.Value), StringComparer.Ordinal);
        _keys = new KeyFilter(_byKey.Keys);
        _byName = byName.ToFrozenDictionary(static pair => pair.Key, static pair => pair.Value.ToArray(), StringComparer.Ordinal);
        _byScope = byScope.ToFrozenDictionary(static pair => pair.Key, static pair => pair.Value.ToArray(), StringComparer.Ordinal);
        _byNameStart = ByFirstLetter(byNameStart);
        _byKeyStart = ByFirstLetter(byKeyStart);
    }

    /// <summary>Decides what a span says of itself.</summary>
    /// <returns>The effect of the first row that matches, and the layer where the effect has one.</returns>
    public (LayerEffect Effect, SpanLayer Layer) Decide(SpanRecord span)
    {
        Row? best = null;
        foreach (ref readonly KeyValuePair<string, AttributeValue> item in span.Attributes.Items)
        {
            if (_keys.MayContain(item.Key) && _byKey.TryGetValue(item.Key, out KeyRows? rows))
            {
                rows.Consider(span, item.Value, ref best);
            }

            ConsiderKeyStarts(span, item.Key, ref best);
        }

        if (_byName.TryGetValue(span.Name, out Row[]? named))
        {
            Consider(named, span, ref best);
        }

        if (_byScope.TryGetValue(span.Scope.Name, out Row[]? scoped))
        {
            Consider(scoped, span, ref best);
        }

        ConsiderNameStarts(span, ref best);
        return best is null ? (LayerEffect.None, default) : (best.Effect, best.Layer);
    }

    private void ConsiderKeyStarts(SpanRecord span, string key, ref Row? best)
    {
        if (key.Length == 0 || key[0] >= _byKeyStart.Length || _byKeyStart[key[0]] is not { } rows)
        {
            return;
        }

        foreach ((string prefix, Row row) in rows)
        {
            if (row.IsBefore(best) && key.StartsWith(prefix, StringComparison.Ordinal) && row.AlsoHolds(span))
            {
                best = row;
            }
        }
    }

    private void ConsiderNameStarts(SpanRecord span, ref Row? best)
    {
        if (span.Name.Length == 0 || span.Name[0] >= _byNameStart.Length || _byNameStart[span.Name[0]] is not { } rows)
        {
            return;
        }

        foreach (Row row in rows)
        {
            if (row.IsBefore(best) && NamePattern.Matches(row.Shape, span.Name) && row.AlsoHolds(span))
            {
                best = row;
            }
        }
    }

    private static void Consider(Row[] rows, SpanRecord span, ref Row? best)
    {
        foreach (Row row in rows)
        {
            if (row.IsBefore(best) && row.AlsoHolds(span))
            {
                best = row;
                return;
            }
        }
    }

    private static void AddName(Dictionary<string, List<Row>> byName, Dictionary<char, List<Row>> byNameStart, string shape, Row row)
    {
        if (NamePattern.IsLiteral(shape))
        {
            Add(byName, shape, row);
        }
        else
        {
            Add(byNameStart, shape[0], row with { Shape = shape });
        }
    }

    private static void Add<TKey, TItem>(Dictionary<TKey, List<TItem>> lists, TKey key, TItem item)
        where TKey : notnull
    {
        if (!lists.TryGetValue(key, out List<TItem>? list))
        {
            lists.Add(key, list = []);
        }

        list.Add(item);
    }

    private static T[]?[] ByFirstLetter<T>(Dictionary<char, List<T>> lists)
    {
        T[]?[] table = new T[]?[128];
        foreach ((char letter, List<T> list) in lists)
        {
            table[letter] = [.. list];
        }

        return table;
    }

    private sealed record Row(int Order, LayerEffect Effect, SpanLayer Layer, Clue[] Also)
    {
        public Row(int order, LayerRule rule, string name)
            : this(order, rule.Effect, new SpanLayer(rule.Layer, name, rule.Certainty, IsOwn: HasLayer(rule.Effect), IsExcluded: rule.Effect == LayerEffect.Exclude), rule.Also)
        {
        }

        public string Shape { get; init; } = "";

        public bool IsBefore(Row? other) => other is null || Order < other.Order;

        public bool AlsoHolds(SpanRecord span)
        {
            foreach (Clue clue in Also)
            {
                if (!clue.Holds(span))
                {
                    return false;
                }
            }

            return true;
        }

        private static bool HasLayer(LayerEffect effect) => effect is not (LayerEffect.Inherit or LayerEffect.Exclude);
    }

    /// <summary>The rows that one attribute key leads to.</summary>
    private sealed class KeyRows
    {
        private readonly Row[] _present;
        private readonly FrozenDictionary<string, Row[]> _byValue;
        private readonly (string Start, Row Row)[] _byValueStart;

        public KeyRows(List<(string? Value, Row Row)> rows)
        {
            _present = [.. rows.Where(static row => row.Value is null).Select(static row => row.Row)];
            _byValue = rows.Where(static row => row.Value is not null && !row.Value.EndsWith('*'))
                .GroupBy(static row => row.Value!, static row => row.Row, FoldedText.Comparer)
                .ToFrozenDictionary(static group => group.Key, static group => group.ToArray(), FoldedText.Comparer);
            _byValueStart = [.. rows.Where(static row => row.Value?.EndsWith('*') == true).Select(static row => (row.Value![..^1], row.Row))];
        }

        public void Consider(SpanRecord span, AttributeValue value, ref Row? best)
        {
            string text = value.AsText();
            if (string.IsNullOrWhiteSpace(text))
            {
                return;
            }

            LayerTable.Consider(_present, span, ref best);
            if (_byValue.TryGetValue(text, out Row[]? rows))
            {
                LayerTable.Consider(rows, span, ref best);
            }

            foreach ((string start, Row row) in _byValueStart)
            {
                if (row.IsBefore(best) && FoldedText.StartsWith(text, start) && row.AlsoHolds(span))
                {
                    best = row;
                }
            }
        }
    }
}
