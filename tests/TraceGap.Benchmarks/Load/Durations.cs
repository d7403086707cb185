namespace TraceGap.Benchmarks.Load;

/// <summary>Lognormal durations to the nanosecond, from a table: drawing one costs little.</summary>
internal sealed class Durations
{
    private const int Entries = 1 << 12;
    private const double Sigma = 0.6;

    private readonly double[] _factors = new double[Entries];

    public Durations(Random random)
    {
        for (int i = 0; i < Entries; i++)
        {
            // Box and Muller 1958.
            double normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            _factors[i] = Math.Exp(Sigma * normal);
        }
    }

    /// <summary>A duration around <paramref name="typicalNanos"/>, ns.</summary>
    public long Next(Random random, long typicalNanos)
    {
        long bits = random.NextInt64();
        double jitter = 0.9 + ((bits >> 12) & 0xFFFFF) * (0.2 / 0xFFFFF);
        return (long)(typicalNanos * _factors[bits & (Entries - 1)] * jitter);
    }
}
