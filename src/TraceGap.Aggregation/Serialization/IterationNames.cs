namespace TraceGap.Aggregation;

/// <summary>
/// Operations that are rounds of a loop by their name: <c>Step {n}</c>, <c>agent_turn</c>, <c>iteration</c>. Each works on what the one before it made, however alike they look from outside.
/// </summary>
internal static class IterationNames
{
    private static readonly string[] Words = ["step", "turn", "iteration", "cycle", "round", "loop", "attempt"];

    /// <summary>True if the last word of the name is one for a round.</summary>
    public static bool Is(string operation)
    {
        ReadOnlySpan<char> rest = operation.AsSpan();

        // A placeholder that templating left counts the rounds, and is no word.
        int end = rest.IndexOf('{') is >= 0 and int placeholder ? placeholder : rest.Length;
        rest = rest[..end].TrimEnd("0123456789 _-.#:/");
        foreach (string word in Words)
        {
            if (rest.EndsWith(word, StringComparison.OrdinalIgnoreCase) && IsWordStart(rest, rest.Length - word.Length))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsWordStart(ReadOnlySpan<char> text, int at) =>
        at == 0 || !char.IsAsciiLetter(text[at - 1]) || (char.IsAsciiLetterUpper(text[at]) && char.IsAsciiLetterLower(text[at - 1]));
}
