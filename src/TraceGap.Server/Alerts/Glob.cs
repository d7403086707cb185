namespace TraceGap.Server.Alerts;

/// <summary>Names with <c>*</c> for anything, also nothing.</summary>
internal static class Glob
{
    /// <summary>The usual walk with one point to fall back to: the last <c>*</c> seen.</summary>
    public static bool Matches(ReadOnlySpan<char> glob, ReadOnlySpan<char> name)
    {
        int inGlob = 0;
        int inName = 0;
        int star = -1;
        int starName = 0;
        while (inName < name.Length)
        {
            if (inGlob < glob.Length && glob[inGlob] == '*')
            {
                star = inGlob++;
                starName = inName;
            }
            else if (inGlob < glob.Length && glob[inGlob] == name[inName])
            {
                inGlob++;
                inName++;
            }
            else if (star >= 0)
            {
                inGlob = star + 1;
                inName = ++starName;
            }
            else
            {
                return false;
            }
        }

        return glob[inGlob..].IndexOfAnyExcept('*') < 0;
    }
}
