using YamlDotNet.RepresentationModel;

namespace TraceGap.Server.Rules;

/// <summary>Gathers the mistakes of a rule file.</summary>
internal sealed class MistakeList
{
    private readonly List<RuleMistake> _mistakes = [];

    /// <summary>The mistakes in order of the file.</summary>
    public IReadOnlyList<RuleMistake> InOrder() => [.. _mistakes.OrderBy(static mistake => (mistake.Line, mistake.Column))];

    /// <summary>Adds a mistake at a place.</summary>
    public void Add(int line, int column, string text) => _mistakes.Add(new RuleMistake(line, column, text));

    /// <summary>Adds a mistake where a node begins.</summary>
    public void Add(YamlNode node, string text) => Add((int)node.Start.Line, (int)node.Start.Column, text);

    /// <summary>Adds a word that is not known, with the known one that is nearest.</summary>
    /// <param name="node">Where it stands.</param>
    /// <param name="what">What it should be: <c>layer</c>.</param>
    /// <param name="word">The word; null where there is none.</param>
    /// <param name="known">What is known.</param>
    /// <param name="listed">How the list of what is known begins: <c>Layers are</c>.</param>
    public void Unknown(YamlNode node, string what, string? word, IReadOnlyList<string> known, string listed)
    {
        string list = $"{listed} {string.Join(", ", known)}";
        string hint = word is null ? "" : Spelling.Hint(word, known);
        Add(node, string.IsNullOrEmpty(word) ? $"the {what} is {RuleNodes.Kind(node)}. {list}" : $"unknown {what} '{word}'{(hint.Length > 0 ? hint : ".")} {list}");
    }
}
