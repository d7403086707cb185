namespace TraceGap.Aggregation;

/// <summary>How many distinct records outcome tables may have.</summary>
/// <param name="PerHour">What a report reads of one key and hour.</param>
public readonly record struct PathBound(int PerHour)
{
    private const int HoursOfWindow = 4;

    /// <summary>What holds unless a test makes it small.</summary>
    public static PathBound Default { get; } = new(4096);

    /// <summary>What is stored of one key and minute or hour: enough for reports after half of it was taken out again.</summary>
    public int Stored => 2 * PerHour;

    /// <summary>What a report reads of one key in all: its time and memory go with it, and of so many traces the paths tell the theoretical reliability to a fraction of a point.</summary>
    public int PerWindow => HoursOfWindow * PerHour;
}
