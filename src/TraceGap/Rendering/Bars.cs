namespace TraceGap.Rendering;

/// <summary>Bars of block characters, an eighth of a character fine.</summary>
internal static class Bars
{
    private const string Eighths = " ▏▎▍▌▋▊▉";

    /// <summary>A bar of <paramref name="share"/> of <paramref name="width"/> characters; a share above zero is always to be seen.</summary>
    public static string Of(double? share, int width)
    {
        double value = Math.Clamp(share ?? 0, 0, 1);
        int eighths = (int)Math.Round(value * width * 8);
        eighths = value > 0 ? Math.Max(eighths, 1) : 0;
        string full = new('█', eighths / 8);
        return eighths % 8 == 0 ? full : full + Eighths[eighths % 8];
    }
}
