using System.Text;
using TraceGap.Aggregation;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace TraceGap.Server.Rules;

/// <summary>
/// Reads a rule file, YAML or JSON. All mistakes are found at once, in order of the file, each with its place and what to write instead; only where the text is no YAML at all the first ends it.
/// </summary>
internal sealed class RuleFileReader
{
    private const int MaxBytes = 1 << 20;
    private const int MaxRules = 1000;
    private const int MaxDepth = 16;
    private const string Shape = "write 'rules:' and below it a list, each with name, match and one of layer, inherit, exclude";

    private static readonly string[] RuleKeys = ["name", "match", "layer", "inherit", "exclude"];

    private readonly MistakeList _mistakes = new();
    private readonly MatchReader _matches;
    private readonly Dictionary<string, int> _lineOfName = new(StringComparer.Ordinal);

    private RuleFileReader(bool keepsContent) => _matches = new MatchReader(_mistakes, keepsContent);

    /// <summary>Reads the content of a rule file.</summary>
    /// <param name="content">The bytes, UTF-8.</param>
    /// <param name="keepsContent">Whether content is kept, so that rules may look at it.</param>
    /// <param name="rules">The rules; without mistakes they are complete.</param>
    /// <returns>Every mistake.</returns>
    public static IReadOnlyList<RuleMistake> Read(byte[] content, bool keepsContent, out LayerRuleSet rules)
    {
        RuleFileReader reader = new(keepsContent);
        rules = new LayerRuleSet(reader.ReadFile(content));
        return reader._mistakes.InOrder();
    }

    private List<UserRule> ReadFile(byte[] content)
    {
        if (content.Length > MaxBytes)
        {
            _mistakes.Add(1, 1, $"the file has {content.Length} bytes; a rule file may have {MaxBytes}");
            return [];
        }

        YamlStream stream = [];
        try
        {
            string text = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(content).TrimStart('\uFEFF');
            if (IsTooDeep(text))
            {
                return [];
            }

            stream.Load(new StringReader(text));
        }
        catch (YamlException exception)
        {
            _mistakes.Add((int)exception.Start.Line, (int)exception.Start.Column, $"no YAML: {Told(exception)}");
            return [];
        }
        catch (DecoderFallbackException)
        {
            _mistakes.Add(1, 1, "the file is not UTF-8; save it as UTF-8");
            return [];
        }

        if (stream.Documents.Count > 1)
        {
            _mistakes.Add(stream.Documents[1].RootNode, "a second document; a rule file has one, so leave out '---'");
        }

        return stream.Documents.Count == 0 ? Nothing() : ReadRoot(stream.Documents[0].RootNode);
    }

    // The tree is built by recursion, the events are not.
    private bool IsTooDeep(string text)
    {
        Parser events = new(new StringReader(text));

        // The stream and the document are levels of their own.
        int depth = -2;
        while (events.MoveNext())
        {
            depth += events.Current!.NestingIncrease;
            if (depth > MaxDepth)
            {
                _mistakes.Add((int)events.Current.Start.Line, (int)events.Current.Start.Column, $"nested more than {MaxDepth} levels deep; {Shape}");
                return true;
            }
        }

        return false;
    }

    private List<UserRule> Nothing()
    {
        _mistakes.Add(1, 1, $"the file is empty; {Shape}");
        return [];
    }

    private List<UserRule> ReadRoot(YamlNode root)
    {
        if (root is not YamlMappingNode file)
        {
            _mistakes.Add(root, $"here stands {RuleNodes.Kind(root)}; {Shape}");
            return [];
        }

        foreach (YamlNode key in file.Children.Keys.Where(static key => RuleNodes.Text(key) != "rules"))
        {
            _mistakes.Unknown(key, "key", RuleNodes.Text(key), ["rules"], "Keys are");
        }

        if (RuleNodes.Find(file, "rules") is not YamlNode listed)
        {
            _mistakes.Add(file, $"there is no list of rules; {Shape}");
            return [];
        }

        if (listed is not YamlSequenceNode list)
        {
            _mistakes.Add(listed, $"'rules' is {RuleNodes.Kind(listed)}; {Shape}");
            return [];
        }

        if (list.Children.Count > MaxRules)
        {
            _mistakes.Add(list.Children[MaxRules], $"{list.Children.Count} rules; at most {MaxRules} are allowed. Values that mean the same go into one rule as a list");
            return [];
        }

        return [.. list.Children.Select(ReadRule).OfType<UserRule>()];
    }

    private UserRule? ReadRule(YamlNode node)
    {
        if (node is not YamlMappingNode rule)
        {
            _mistakes.Add(node, $"a rule is {RuleNodes.Kind(node)}; {Shape}");
            return null;
        }

        foreach (YamlNode key in rule.Children.Keys.Where(static key => !RuleKeys.Contains(RuleNodes.Text(key))))
        {
            _mistakes.Unknown(key, "key", RuleNodes.Text(key), RuleKeys, "A rule has");
        }

        string? name = ReadName(rule);
        List<Clue> clues = ReadMatch(rule);
        (UserRuleEffect Effect, Layer Layer)? effect = ReadEffect(rule);
        return name is null || clues.Count == 0 || effect is null ? null : new UserRule(name, effect.Value.Effect, effect.Value.Layer, clues);
    }

    private string? ReadName(YamlMappingNode rule)
    {
        YamlNode? node = RuleNodes.Find(rule, "name");
        string? name = RuleNodes.Text(node);
        if (string.IsNullOrWhiteSpace(name))
        {
            _mistakes.Add(node ?? rule, "the rule has no name; write name: and a few words, they are shown where the rule decides");
            return null;
        }

        if (!_lineOfName.TryAdd(name, (int)node!.Start.Line))
        {
            _mistakes.Add(node, $"the name '{name}' is that of the rule in line {_lineOfName[name]}; give each its own");
        }

        return name;
    }

    private List<Clue> ReadMatch(YamlMappingNode rule)
    {
        if (RuleNodes.Find(rule, "match") is YamlNode match)
        {
            return _matches.Read(match);
        }

        _mistakes.Add(rule, $"the rule has no match, and would be about every span; write match: with some of {string.Join(", ", MatchReader.Keys)}");
        return [];
    }

    private (UserRuleEffect, Layer)? ReadEffect(YamlMappingNode rule)
    {
        YamlNode[] effects = [.. rule.Children.Keys.Where(static key => RuleNodes.Text(key) is "layer" or "inherit" or "exclude")];
        if (effects.Length != 1)
        {
            _mistakes.Add(
                effects.Length == 0 ? rule : effects[1],
                $"the rule has {(effects.Length == 0 ? "no effect" : "several effects")}; write one of layer: {LayerList.Names[0]}, inherit: true, exclude: true");
            return null;
        }

        string effect = RuleNodes.Text(effects[0])!;
        YamlNode value = rule.Children[effects[0]];
        if (effect == "layer")
        {
            return ReadLayer(value) is Layer layer ? (UserRuleEffect.Layer, layer) : null;
        }

        if (RuleNodes.Text(value) is not "true")
        {
            _mistakes.Add(value, $"'{effect}' is {RuleNodes.Told(value)}; write {effect}: true, or leave it out");
            return null;
        }

        return (effect == "inherit" ? UserRuleEffect.Inherit : UserRuleEffect.Exclude, Layer.Unattributed);
    }

    private Layer? ReadLayer(YamlNode node)
    {
        string? text = RuleNodes.Text(node);
        if (text is not null && LayerNames.TryParse(text, out Layer layer))
        {
            return layer;
        }

        _mistakes.Unknown(node, "layer", text, LayerList.Names, "Layers are");
        return null;
    }

    // The parser repeats the place before what it has to say.
    private static string Told(YamlException exception)
    {
        string message = (exception.InnerException ?? exception).Message;
        int place = message.StartsWith('(') ? message.IndexOf("): ", StringComparison.Ordinal) : -1;
        return (place < 0 ? message : message[(place + 3)..]).ReplaceLineEndings(" ").TrimEnd('.');
    }

    private static class LayerList
    {
        public static string[] Names { get; } = [.. Enum.GetValues<Layer>().Where(static layer => layer != Layer.Unattributed).Select(LayerNames.Of)];
    }
}
