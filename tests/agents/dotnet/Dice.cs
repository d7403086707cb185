using System.Security.Cryptography;
using System.Text;

namespace TraceGap.DotNetAgent;

/// <summary>Chance that does not depend on who asks first: the same throws as those of the Node agents.</summary>
internal sealed class Dice(AgentOptions options)
{
    public bool Fails(string stage, int run) => Throw("fails", stage, run) < options.Fails(stage);

    public TimeSpan Latency(string stage, int run) => TimeSpan.FromMilliseconds(options.Latency(stage) * (0.5 + Throw("latency", stage, run)));

    private double Throw(string what, string stage, int run)
    {
        byte[] digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{options.Seed}/{what}/{stage}/{run}"));
        long value = digest.AsSpan(0, 6).ToArray().Aggregate(0L, static (sum, part) => (sum << 8) | part);
        return value / Math.Pow(2, 48);
    }
}
