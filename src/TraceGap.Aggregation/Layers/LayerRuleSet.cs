using System.Security.Cryptography;
using System.Text;

namespace TraceGap.Aggregation;

/// <summary>A user's own rules for layers, in order: the first that matches decides.</summary>
public sealed class LayerRuleSet
{
    private const int IdLetters = 12;

    /// <summary>Takes rules, first wins.</summary>
    public LayerRuleSet(IReadOnlyList<UserRule> rules)
    {
        Rules = rules;
        Rows = [.. rules.Select(static rule => rule.ToRow())];
        Id = rules.Count == 0 ? "built-in" : IdOf(rules);
        Keys = [.. rules.SelectMany(static rule => rule.Clues).SelectMany(KeysOf).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>No rules: the conventions alone.</summary>
    public static LayerRuleSet None { get; } = new([]);

    /// <summary>The rules.</summary>
    public IReadOnlyList<UserRule> Rules { get; }

    /// <summary>Tells rule sets apart: the same for the same rules, whatever the file that they stand in; <c>built-in</c> without rules.</summary>
    public string Id { get; }

    /// <summary>Attribute keys that the rules look at, so that they are kept; <c>prefix*</c> for all keys that begin so.</summary>
    public IReadOnlyList<string> Keys { get; }

    /// <summary>The rules as rows of the layer table.</summary>
    internal IReadOnlyList<LayerRule> Rows { get; }

    private static IEnumerable<string> KeysOf(Clue clue) => clue.Kind == ClueKind.KeyStart ? clue.Keys.Select(static prefix => prefix + "*") : clue.Keys;

    private static string IdOf(IReadOnlyList<UserRule> rules)
    {
        StringBuilder text = new();
        foreach (UserRule rule in rules)
        {
            // Names count too: reports show them.
            text.Append(rule.Name).Append('\0').Append(rule.Effect).Append('\0').Append(rule.Layer).Append('\0').AppendJoin('\0', rule.Clues).Append('\n');
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..IdLetters];
    }
}
