using System.Globalization;

namespace TraceGap.Rendering;

/// <summary>Numbers as people read them. Null is shown as a dash: no data is not zero.</summary>
internal static class Figures
{
    public const string Missing = "–";

    private const double Second = 1000;
    private const double Minute = 60 * Second;
    private const double Hour = 60 * Minute;

    /// <summary><c>12,345</c>.</summary>
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A count that is usually zero, as a dot if it is.</summary>
    public static string Rare(long value) => value == 0 ? "·" : Count(value);

    /// <summary><c>83.3 %</c>. What is not all or nothing is never shown as 100 or 0 %.</summary>
    public static string Percent(double? share) => share is double value ? Tenths(value) + " %" : Missing;

    /// <summary><c>80.1 – 82.9 %</c>.</summary>
    public static string Interval(double? low, double? high) =>
        low is double from && high is double to ? $"{Tenths(from)} – {Tenths(to)} %" : Missing;

    /// <summary>A difference of percentages, signed: <c>−1.7</c>.</summary>
    public static string Points(double? difference) => difference is double value ? SignedTenths((decimal)Math.Round(value * 1000)) : Missing;

    /// <summary><c>−2.9 – −0.6</c>.</summary>
    public static string PointsInterval(double? low, double? high) => low is null || high is null ? Missing : $"{Points(low)} – {Points(high)}";

    /// <summary>Thousandths as signed points with one decimal.</summary>
    public static string SignedTenths(decimal thousandths) =>
        thousandths == 0 ? "0.0" : (thousandths < 0 ? "−" : "+") + (Math.Abs(thousandths) / 10).ToString("0.0", CultureInfo.InvariantCulture);

    /// <summary>An amount of money: cents from one up, below three significant digits: <c>1,234.50</c>, <c>0.00123</c>.</summary>
    public static string Amount(decimal? amount)
    {
        if (amount is not decimal value)
        {
            return Missing;
        }

        int digits = 2;
        for (decimal least = 0.995m; value > 0 && value < least && digits < 12; least /= 10)
        {
            digits++;
        }

        return value.ToString(digits == 2 ? "N2" : $"F{digits}", CultureInfo.InvariantCulture);
    }

    /// <summary>A duration with three significant digits in the unit that suits it: <c>421 ms</c>, <c>4.21 s</c>, <c>12 min 30 s</c>.</summary>
    public static string Duration(double? milliseconds)
    {
        if (milliseconds is not double value)
        {
            return Missing;
        }

        // The borders are where rounding to three digits reaches the next unit.
        return value switch
        {
            < 999.5 => Significant(value) + " ms",
            < 59.95 * Second => Significant(value / Second) + " s",
            < Hour - 500 => Pair(value, Minute, "min", Second, "s"),
            _ => Pair(value, Hour, "h", Minute, "min"),
        };
    }

    /// <summary>Text that is at most <paramref name="width"/> long; the middle is left out, since names differ at both ends.</summary>
    public static string Shorten(string text, int width)
    {
        if (text.Length <= width)
        {
            return text;
        }

        int tail = (width - 1) / 2;
        return string.Concat(text.AsSpan(0, width - 1 - tail), "…", text.AsSpan(text.Length - tail));
    }

    private static string Tenths(double share)
    {
        string text = (share * 100).ToString("0.0", CultureInfo.InvariantCulture);
        return text switch
        {
            "100.0" when share < 1 => ">99.9",
            "0.0" or "-0.0" when share > 0 => "<0.1",
            "-0.0" => "0.0",
            _ => text,
        };
    }

    private static string Significant(double value) => value switch
    {
        < 9.995 => value.ToString("0.00", CultureInfo.InvariantCulture),
        < 99.95 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("0", CultureInfo.InvariantCulture),
    };

    private static string Pair(double value, double major, string majorUnit, double minor, string minorUnit)
    {
        long minors = (long)Math.Round(value / minor);
        long perMajor = (long)(major / minor);
        (long majors, long rest) = Math.DivRem(minors, perMajor);
        return rest == 0 ? $"{majors} {majorUnit}" : $"{majors} {majorUnit} {rest} {minorUnit}";
    }
}
