using Spectre.Console;

namespace TraceGap.Rendering;

/// <summary>Colours with one meaning each; a console without colours shows the same text.</summary>
internal static class Palette
{
    public static readonly Style Plain = Style.Plain;
    public static readonly Style Title = new(decoration: Decoration.Bold);
    public static readonly Style Faint = new(Color.Grey);
    public static readonly Style Good = new(Color.Green);
    public static readonly Style Bad = new(Color.Red);
    public static readonly Style Bar = new(Color.SteelBlue);

    /// <summary>The style of a signed figure of which more is better.</summary>
    public static Style OfSign(double? value) => value switch
    {
        < -0.0005 => Bad,
        > 0.0005 => Good,
        _ => Plain,
    };
}
