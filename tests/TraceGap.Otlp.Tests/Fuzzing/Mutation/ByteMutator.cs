namespace TraceGap.Otlp.Tests.Fuzzing;

/// <summary>Changes that need to know nothing about what the bytes mean.</summary>
internal static class ByteMutator
{
    private static readonly byte[][] Awkward =
    [
        [0], [0xFF], [0x80], [0x7F], [0xFF, 0xFF, 0xFF, 0xFF, 0x0F], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
        [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x9F, 0x99], [0xEF, 0xBB, 0xBF],
    ];

    /// <summary>One change. <paramref name="other"/> is what pieces are taken from.</summary>
    public static byte[] Change(Random random, byte[] bytes, byte[] other)
    {
        int at = random.Next(bytes.Length + 1);
        int end = Math.Min(bytes.Length, at + 1 + (int)Math.Pow(2, random.NextDouble() * 8));
        return random.Next(9) switch
        {
            0 => With(bytes, at, next => (byte)(next ^ (1 << random.Next(8)))),
            1 => With(bytes, at, _ => (byte)random.Next(256)),
            2 => With(bytes, at, next => (byte)(next + (random.Next(2) == 0 ? 1 : -1))),
            3 => [.. bytes[..at], .. random.GetItems(Awkward, 1)[0], .. bytes[at..]],
            4 => [.. bytes[..at], .. bytes[end..]],
            5 => [.. bytes[..at], .. bytes[at..end], .. bytes[at..]],
            6 => bytes[..at],
            7 => Splice(random, bytes[..at], other),
            _ => [.. bytes[..at], .. random.GetItems(Awkward, 1)[0], .. bytes[end..]],
        };
    }

    private static byte[] Splice(Random random, byte[] head, byte[] other) => [.. head, .. other[random.Next(other.Length + 1)..]];

    private static byte[] With(byte[] bytes, int at, Func<byte, byte> change)
    {
        byte[] changed = [.. bytes];
        if (at < changed.Length)
        {
            changed[at] = change(changed[at]);
        }

        return changed;
    }
}
