namespace TraceGap.Aggregation;

/// <summary>Says of most attribute keys in a nanosecond that a table has no row for them: by length and last letter, so that it errs only towards looking.</summary>
internal sealed class KeyFilter
{
    private readonly ulong[] _lettersOfLength = new ulong[64];

    public KeyFilter(IEnumerable<string> keys)
    {
        foreach (string key in keys)
        {
            _lettersOfLength[key.Length & 63] |= BitOf(key);
        }
    }

    /// <summary>False if the key is certainly none of those.</summary>
    public bool MayContain(string key) => key.Length > 0 && (_lettersOfLength[key.Length & 63] & BitOf(key)) != 0;

    private static ulong BitOf(string key) => 1UL << (key[^1] & 63);
}
