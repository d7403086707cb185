using TraceGap.Aggregation;
using TraceGap.Otlp;
using TraceGap.Otlp.Attributes;
using YamlDotNet.RepresentationModel;

namespace TraceGap.Server.Rules;

/// <summary>Reads what a rule matches: the conditions, all of which must hold.</summary>
/// <param name="mistakes">Gets what is wrong.</param>
/// <param name="keepsContent">Whether content is kept, so that rules may look at it.</param>
internal sealed class MatchReader(MistakeList mistakes, bool keepsContent)
{
    private static readonly string[] Kinds = [.. Enum.GetValues<SpanKind>().Where(static kind => kind is not (SpanKind.Unspecified or SpanKind.Signal)).Select(static kind => kind.ToString().ToLowerInvariant())];

    /// <summary>The conditions that there are.</summary>
    public static IReadOnlyList<string> Keys { get; } = ["attributes", "present", "absent", "keyPrefix", "name", "scope", "kind", "service", "resource"];

    /// <summary>Reads the conditions.</summary>
    public List<Clue> Read(YamlNode node)
    {
        if (node is not YamlMappingNode match || match.Children.Count == 0)
        {
            mistakes.Add(node, $"'match' is {RuleNodes.Kind(node)}; write some of {string.Join(", ", Keys)} below it");
            return [];
        }

        return [.. match.Children.SelectMany(pair => ReadCondition(pair.Key, pair.Value))];
    }

    private IEnumerable<Clue> ReadCondition(YamlNode key, YamlNode value)
    {
        switch (RuleNodes.Text(key))
        {
            case "attributes":
                return ReadPairs(value, "attributes", isContentKept: keepsContent, Clue.Value);
            case "resource":
                return ReadPairs(value, "resource", isContentKept: true, Clue.Resource);
            case "present":
                return ReadKeys(value, "present").Select(static present => Clue.Present(present));
            case "absent":
                return OfAny(ReadKeys(value, "absent"), Clue.Absent);
            case "keyPrefix":
                return OfAny([.. ReadKeys(value, "keyPrefix").Select(static prefix => prefix.TrimEnd('*'))], Clue.KeyStart);
            case "name":
                return OfAny(ReadTexts(value, "name"), Clue.Name);
            case "scope":
                return OfAny(ReadTexts(value, "scope"), Clue.Scope);
            case "service":
                return OfAny(ReadTexts(value, "service"), static services => Clue.Resource("service.name", services));
            case "kind":
                return OfAny(ReadKinds(value), Clue.SpanKind);
            default:
                mistakes.Unknown(key, "condition", RuleNodes.Text(key), Keys, "Conditions are");
                return [];
        }
    }

    // A condition whose values are all wrong is told as such; the rule is not used either way.
    private static IEnumerable<Clue> OfAny<T>(T[] values, Func<T[], Clue> make) => values.Length == 0 ? [] : [make(values)];

    private List<Clue> ReadPairs(YamlNode node, string condition, bool isContentKept, Func<string, string[], Clue> make)
    {
        if (node is not YamlMappingNode pairs || pairs.Children.Count == 0)
        {
            mistakes.Add(node, $"'{condition}' is {RuleNodes.Kind(node)}; write 'key: value' below it, or 'key: [value, value]'");
            return [];
        }

        List<Clue> clues = [];
        foreach ((YamlNode keyNode, YamlNode value) in pairs.Children)
        {
            string? key = ReadKey(keyNode, condition, isContentKept);
            string[] values = ReadTexts(value, key ?? condition);
            if (key is not null && values.Length > 0)
            {
                clues.Add(make(key, values));
            }
        }

        return clues;
    }

    private string[] ReadKeys(YamlNode node, string condition) =>
        [.. Items(node, condition).Select(item => ReadKey(item, condition, keepsContent)).OfType<string>()];

    private string? ReadKey(YamlNode node, string condition, bool isContentKept)
    {
        string? key = RuleNodes.Text(node);
        if (string.IsNullOrWhiteSpace(key))
        {
            mistakes.Add(node, $"a key of '{condition}' is {RuleNodes.Kind(node)}; write an attribute key");
            return null;
        }

        if (condition != "keyPrefix" && key.Contains('*', StringComparison.Ordinal))
        {
            mistakes.Add(node, $"the key '{key}' has a '*', which stands for anything in values only; for keys that begin alike write keyPrefix: {key.TrimEnd('*')}");
            return null;
        }

        if (key.Trim('*').Length == 0)
        {
            mistakes.Add(node, "'*' alone begins every key; write the letters that the keys begin with");
            return null;
        }

        if (!isContentKept && AttributeKeys.IsContent(key))
        {
            mistakes.Add(node, $"'{key}' is content, which is not kept, so no rule can see it; look at another attribute, or set Keep:Content to true");
            return null;
        }

        return key;
    }

    private SpanKind[] ReadKinds(YamlNode node)
    {
        List<SpanKind> kinds = [];
        foreach (YamlNode item in Items(node, "kind"))
        {
            string? text = RuleNodes.Text(item);
            if (Kinds.Contains(text, StringComparer.OrdinalIgnoreCase))
            {
                kinds.Add(Enum.Parse<SpanKind>(text!, ignoreCase: true));
            }
            else
            {
                mistakes.Unknown(item, "kind", text, Kinds, "Kinds are");
            }
        }

        return [.. kinds];
    }

    private string[] ReadTexts(YamlNode node, string condition)
    {
        List<string> texts = [];
        foreach (YamlNode item in Items(node, condition))
        {
            if (RuleNodes.Text(item) is { } text && !string.IsNullOrWhiteSpace(text))
            {
                texts.Add(text);
            }
            else
            {
                mistakes.Add(item, $"a value of '{condition}' is {RuleNodes.Kind(item)}; write text, or use present and absent for attributes with any value and with none");
            }
        }

        return [.. texts];
    }

    private IEnumerable<YamlNode> Items(YamlNode node, string condition)
    {
        if (node is not YamlSequenceNode list)
        {
            return [node];
        }

        if (list.Children.Count == 0)
        {
            mistakes.Add(list, $"the list of '{condition}' is empty, and nothing would match; write a value, or leave '{condition}' out");
        }

        return list.Children;
    }
}
