namespace TraceGap.Aggregation;

/// <summary>Shapes of span names: literal text, <c>#</c> for a run of digits, <c>*</c> for anything. Case counts, since <c>step 1</c> and <c>Step 1</c> come from different frameworks.</summary>
internal static class NamePattern
{
    public static bool IsLiteral(string shape) => shape.AsSpan().IndexOfAny('#', '*') < 0;

    public static bool MatchesAny(string[] shapes, string name)
    {
        foreach (string shape in shapes)
        {
            if (Matches(shape, name))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The usual walk with one point to fall back to: the last <c>*</c> seen.</summary>
    public static bool Matches(string shape, string name)
    {
        int inShape = 0;
        int inName = 0;
        int star = -1;
        int starName = 0;
        while (inName < name.Length || inShape < shape.Length)
        {
            if (inShape < shape.Length && shape[inShape] == '*')
            {
                star = inShape++;
                starName = inName;
            }
            else if (inShape < shape.Length && Takes(shape[inShape], name, inName, out int taken))
            {
                inShape++;
                inName += taken;
            }
            else if (star >= 0 && starName < name.Length)
            {
                inShape = star + 1;
                inName = ++starName;
            }
            else
            {
                return false;
            }
        }

        return true;
    }

    private static bool Takes(char part, string name, int at, out int taken)
    {
        taken = 1;
        if (at >= name.Length)
        {
            return false;
        }

        if (part != '#')
        {
            return part == name[at];
        }

        int end = at;
        while (end < name.Length && char.IsAsciiDigit(name[end]))
        {
            end++;
        }

        taken = end - at;
        return taken > 0;
    }
}
