namespace TraceGap.Otlp;

/// <summary>Counts of what was cut from one request. A value, so that a rejected span's share can be taken back.</summary>
internal struct DecodeTally
{
    public long AttributesNotKept;
    public long ContentDropped;
    public long ValuesCapped;
    public long ValuesTooDeep;
    public long InvalidTexts;
}
