namespace TraceGap.Server.Calls;

/// <summary>The checksum of the zlib format (RFC 1950 section 8.2). Make it with <c>new</c>: the default value is no beginning.</summary>
internal struct Adler32()
{
    private const uint Modulus = 65521;

    /// <summary>The most bytes after which the sums still fit 32 bits without a division (zlib's NMAX).</summary>
    private const int MaxRun = 5552;

    private uint _sum = 1;
    private uint _sumOfSums = 0;

    /// <summary>The checksum of what was appended.</summary>
    public readonly uint Value => (_sumOfSums << 16) | _sum;

    /// <summary>Appends bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int run = Math.Min(bytes.Length, MaxRun);
            foreach (byte value in bytes[..run])
            {
                _sum += value;
                _sumOfSums += _sum;
            }

            _sum %= Modulus;
            _sumOfSums %= Modulus;
            bytes = bytes[run..];
        }
    }
}
