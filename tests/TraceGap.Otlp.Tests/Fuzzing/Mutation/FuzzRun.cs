using System.Globalization;
using System.Text;

namespace TraceGap.Otlp.Tests.Fuzzing;

/// <summary>
/// How much a fuzz test does: a fixed number of inputs, the same ones each time; or, with <c>TRACEGAP_FUZZ_SECONDS</c>, new ones for as long. Each input has a seed of
/// its own, which a failure names together with the smallest input that still fails.
/// </summary>
internal static class FuzzRun
{
    // Of checks that look for something smaller, counted in bytes: large inputs cost more each.
    private const long MaxShrunkBytes = 4 << 20;
    private const int MaxShownBytes = 4096;

    /// <summary>Checks <paramref name="inputs"/> inputs, or as many as the time allows.</summary>
    public static void Of(int inputs, Func<Random, byte[]> make, Action<byte[]> check)
    {
        foreach (int seed in Seeds(inputs))
        {
            byte[] input = make(new Random(seed));
            if (Failure(input, check) is { } failure)
            {
                Shrink(ref input, ref failure, check);
                throw new InvalidOperationException($"Seed {seed}: {failure.Message}\n{Show(input)}", failure);
            }
        }
    }

    /// <summary>The seeds of a run: 0 to <paramref name="inputs"/> − 1, or from a new start until the time is up.</summary>
    public static IEnumerable<int> Seeds(int inputs)
    {
        if (!int.TryParse(Environment.GetEnvironmentVariable("TRACEGAP_FUZZ_SECONDS"), CultureInfo.InvariantCulture, out int seconds))
        {
            return Enumerable.Range(0, inputs);
        }

        long end = Environment.TickCount64 + (seconds * 1000L);
        int first = Environment.TickCount;
        return Enumerable.Range(0, int.MaxValue).TakeWhile(_ => Environment.TickCount64 < end).Select(count => unchecked(first + count));
    }

    private static Exception? Failure(byte[] input, Action<byte[]> check)
    {
        try
        {
            check(input);
            return null;
        }
#pragma warning disable CA1031 // Whatever comes out is what the run looks for.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return exception;
        }
    }

    // Leaves out pieces, halves first, as long as the rest still fails.
    private static void Shrink(ref byte[] input, ref Exception failure, Action<byte[]> check)
    {
        long left = MaxShrunkBytes;
        for (int piece = Math.Max(input.Length / 2, 1); piece > 0; piece /= 2)
        {
            for (int start = 0; start < input.Length && left > 0; left -= input.Length)
            {
                byte[] shorter = [.. input[..start], .. input[Math.Min(start + piece, input.Length)..]];
                if (Failure(shorter, check) is { } still)
                {
                    (input, failure) = (shorter, still);
                }
                else
                {
                    start += piece;
                }
            }
        }
    }

    private static string Show(byte[] input)
    {
        byte[] head = input[..Math.Min(input.Length, MaxShownBytes)];
        string text = head.All(static next => next is >= 0x20 and < 0x7F or (byte)'\n' or (byte)'\r') ? $"\n{Encoding.ASCII.GetString(head)}" : "";
        return $"{input.Length} bytes: {Convert.ToHexString(head)}{text}";
    }
}
