using YamlDotNet.RepresentationModel;

namespace TraceGap.Server.Rules;

/// <summary>Nodes of a rule file, and what to call them.</summary>
internal static class RuleNodes
{
    /// <summary>The text of a scalar; null for anything else.</summary>
    public static string? Text(YamlNode? node) => (node as YamlScalarNode)?.Value;

    /// <summary>The value of a key; null if it is not there.</summary>
    public static YamlNode? Find(YamlMappingNode mapping, string key) => mapping.Children.FirstOrDefault(pair => Text(pair.Key) == key).Value;

    /// <summary>What a node is, for people.</summary>
    public static string Kind(YamlNode node) => node switch
    {
        YamlSequenceNode => "a list",
        YamlMappingNode => "a mapping",
        YamlScalarNode { Value: null or "" } => "empty",
        _ => "a single value",
    };

    /// <summary>What a node says, for people.</summary>
    public static string Told(YamlNode node) => Text(node) is { Length: > 0 } text ? $"'{text}'" : Kind(node);
}
