using System.Collections.Frozen;
using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>
/// The layer table, compiled: what a span says of itself, whatever hangs above or below it. The row that stands first in the table wins. Rows are found by their lead clue:
/// the attributes whose keys lead anywhere, remembered per set of keys, one look at the name and one at the scope; a new row costs spans that it is not about nothing.
/// </summary>
internal sealed class LayerTable
{
    private readonly Dictionary<string, KeyRows> _byKey;
    private readonly ShapeMemo<Lead[]> _leads;
    private readonly WordTable<Row[]> _byName;
    private readonly WordTable<Row[]> _byScope;
    private readonly Row[]?[] _byNameStart;
    private readonly Row[] _byKeyStart;

    // Rows that nothing can be looked up by. They cost every span, so the table that is built in has none.
    private readonly Row[] _unled;

    /// <summary>Compiles rows, first wins.</summary>
    public LayerTable(IReadOnlyList<LayerRule> rules)
    {
        Dictionary<string, List<(string? Value, Row Row)>> byKey = [];
        Dictionary<string, List<Row>> byName = [];
        Dictionary<string, List<Row>> byScope = [];
        Dictionary<char, List<Row>> byNameStart = [];
        List<Row> byKeyStart = [];
        List<Row> unled = [];
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
                    Array.ForEach(lead.Keys, prefix => byKeyStart.Add(new Row(order, rule, prefix + "*") { Shape = prefix }));
                    break;
                case ClueKind.Scope when Array.TrueForAll(lead.Values, NamePattern.IsLiteral):
                    Array.ForEach(lead.Values, scope => Add(byScope, scope, new Row(order, rule, "scope " + scope)));
                    break;
                case ClueKind.Name when Array.TrueForAll(lead.Values, static shape => shape.Length > 0 && shape[0] is not ('*' or '#')):
                    Array.ForEach(lead.Values, shape => AddName(byName, byNameStart, shape, new Row(order, rule, "name " + shape)));
                    break;
                default:
                    unled.Add(new Row(order, rule, $"{lead.Kind.ToString().ToLowerInvariant()} {string.Join(", ", lead.Keys.Concat(lead.Values))}") { Also = [lead, .. rule.Also] });
                    break;
            }
        }

        _byKey = byKey.ToDictionary(static pair => pair.Key, static pair => new KeyRows(pair.Value), StringComparer.Ordinal);
        _leads = new ShapeMemo<Lead[]>(LeadsOf);
        _byName = TableOf(byName, static rows => rows.ToArray());
        _byScope = TableOf(byScope, static rows => rows.ToArray());
        _byNameStart = ByFirstLetter(byNameStart);
        _byKeyStart = [.. byKeyStart];
        _unled = [.. unled];
    }

    /// <summary>How many rows are looked at for every span.</summary>
    public int UnledRows => _unled.Length;

    /// <summary>Decides what a span says of itself.</summary>
    /// <returns>The effect of the first row that matches, and the layer where the effect has one.</returns>
    public (LayerEffect Effect, SpanLayer Layer) Decide(SpanRecord span)
    {
        Row? best = null;
        ReadOnlySpan<AttributeValue> values = span.Attributes.Values;
        foreach (Lead lead in _leads.Of(span.Attributes.Shape))
        {
            lead.Rows?.Consider(span, values[lead.Index], ref best);
            Consider(lead.ByStart, span, ref best);
        }

        if (_byName.TryGet(span.Name, out Row[]? named))
        {
            Consider(named, span, ref best);
        }

        if (_byScope.TryGet(span.Scope.Name, out Row[]? scoped))
        {
            Consider(scoped, span, ref best);
        }

        ConsiderNameStarts(span, ref best);
        Consider(_unled, span, ref best);
        return best is null ? (LayerEffect.None, default) : (best.Effect, best.Layer);
    }

    /// <summary>The keys of a shape that lead to rows.</summary>
    private Lead[] LeadsOf(AttributeShape shape)
    {
        List<Lead> leads = [];
        for (int index = 0; index < shape.Count; index++)
        {
            string key = shape.Keys[index];
            KeyRows? rows = _byKey.GetValueOrDefault(key);
            Row[] byStart = [.. _byKeyStart.Where(row => key.StartsWith(row.Shape, StringComparison.Ordinal))];
            if (rows is not null || byStart.Length > 0)
            {
                leads.Add(new Lead(index, rows, byStart));
            }
        }

        return [.. leads];
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

    private static WordTable<TItem> TableOf<TRow, TItem>(Dictionary<string, List<TRow>> lists, Func<List<TRow>, TItem> itemOf)
        where TItem : class =>
        new([.. lists.Select(pair => KeyValuePair.Create(pair.Key, itemOf(pair.Value)))]);

    private static T[]?[] ByFirstLetter<T>(Dictionary<char, List<T>> lists)
    {
        T[]?[] table = new T[]?[128];
        foreach ((char letter, List<T> list) in lists)
        {
            table[letter] = [.. list];
        }

        return table;
    }

    /// <summary>A key of a shape that rows are found by.</summary>
    private readonly record struct Lead(int Index, KeyRows? Rows, Row[] ByStart);

    private sealed record Row(int Order, LayerEffect Effect, SpanLayer Layer, Clue[] Also)
    {
        public Row(int order, LayerRule rule, string name)
            : this(order, rule.Effect, new SpanLayer(rule.Layer, rule.Name ?? name, rule.Certainty, IsOwn: HasLayer(rule.Effect), IsExcluded: rule.Effect == LayerEffect.Exclude), rule.Also)
        {
        }

        /// <summary>The shape of the name or the beginning of the key, where the lead is one.</summary>
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

        private static bool HasLayer(LayerEffect effect) => effect is not (LayerEffect.Inherit or LayerEffect.Exclude or LayerEffect.OwnAtTop);
    }

    /// <summary>The rows that one attribute key leads to.</summary>
    private sealed class KeyRows
    {
        private readonly Row[] _present;
        private readonly WordTable<Row[]> _bySpelling;
        private readonly FrozenDictionary<string, Row[]> _byValue;
        private readonly (string Pattern, Row Row)[] _byPattern;

        public KeyRows(List<(string? Value, Row Row)> rows)
        {
            _present = [.. rows.Where(static row => row.Value is null).Select(static row => row.Row)];
            _byValue = rows.Where(static row => row.Value is not null && !FoldedText.IsPattern(row.Value))
                .GroupBy(static row => row.Value!, static row => row.Row, FoldedText.Comparer)
                .ToFrozenDictionary(static group => group.Key, static group => group.ToArray(), FoldedText.Comparer);
            IEnumerable<KeyValuePair<string, Row[]>> folded = _byValue.Select(static pair => KeyValuePair.Create(FoldedText.Of(pair.Key), pair.Value));
            _bySpelling = new WordTable<Row[]>([.. _byValue.Concat(folded).DistinctBy(static pair => pair.Key)]);
            _byPattern = [.. rows.Where(static row => row.Value is not null && FoldedText.IsPattern(row.Value)).Select(static row => (row.Value!, row.Row))];
        }

        public void Consider(SpanRecord span, AttributeValue value, ref Row? best)
        {
            if (value.IsBlank)
            {
                return;
            }

            LayerTable.Consider(_present, span, ref best);
            if (_byValue.Count > 0 || _byPattern.Length > 0)
            {
                ConsiderText(span, value.AsText(), ref best);
            }
        }

        private void ConsiderText(SpanRecord span, string text, ref Row? best)
        {
            // Nearly all emitters spell a value as its convention does, or in small letters.
            if (_bySpelling.TryGet(text, out Row[]? rows) || (!FoldedText.IsFolded(text) && _byValue.TryGetValue(text, out rows)))
            {
                LayerTable.Consider(rows, span, ref best);
            }

            foreach ((string pattern, Row row) in _byPattern)
            {
                if (row.IsBefore(best) && FoldedText.Matches(pattern, text) && row.AlsoHolds(span))
                {
                    best = row;
                }
            }
        }
    }
}
