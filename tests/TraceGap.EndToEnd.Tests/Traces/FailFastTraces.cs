using Google.Protobuf;
using OpenTelemetry.Proto.Trace.V1;
using static TraceGap.EndToEnd.Tests.Traces.SpanSource;

namespace TraceGap.EndToEnd.Tests.Traces;

/// <summary>What a run of <see cref="FailFastTraces"/> adds to serial fail-fast steps.</summary>
/// <param name="SilentShare">Probability that a run whose steps were all fine fails all the same.</param>
/// <param name="Retries">A failed attempt is tried once more.</param>
/// <param name="Fallbacks">A failed step is followed by another that does its work, fine.</param>
internal sealed record FailFastScenario(double SilentShare = 0, bool Retries = false, bool Fallbacks = false);

/// <summary>What really happened in a generated set.</summary>
internal sealed class FailFastTruth
{
    public int Traces { get; set; }

    public int Ok { get; set; }

    public int Silent { get; set; }

    /// <summary>Runs that a fallback saved.</summary>
    public int Recovered { get; set; }

    /// <summary>Executions, attempts and own failures by operation.</summary>
    public Dictionary<string, (int Executions, int Attempts, int Failures)> Steps { get; } = [];

    public void Count(string operation, int attempts, bool failed)
    {
        (int executions, int allAttempts, int failures) = Steps.GetValueOrDefault(operation);
        Steps[operation] = (executions + 1, allAttempts + attempts, failures + (failed ? 1 : 0));
    }
}

/// <summary>Runs of six serial steps, each fine with probability 0.97, that end at the first failure; seeded, with the truth.</summary>
internal static class FailFastTraces
{
    /// <summary>Reliability of one attempt of every step.</summary>
    public const double StepReliability = 0.97;

    private const ulong Millisecond = 1_000_000;

    private static readonly (string Layer, string Name)[] Steps =
    [
        ("retrieval", "search"), ("orchestration", "plan"), ("inference", "draft"), ("tool call", "price"), ("tool-call", "check"), ("assembly", "assemble"),
    ];

    /// <summary>Makes runs that end within the ten minutes before <paramref name="endUnixNanos"/>.</summary>
    public static (List<List<EmittedSpan>> Runs, FailFastTruth Truth) Generate(int seed, int count, FailFastScenario scenario, ulong endUnixNanos)
    {
        Random random = new(seed);
        FailFastTruth truth = new() { Traces = count };
        List<List<EmittedSpan>> runs = new(count);
        for (int i = 0; i < count; i++)
        {
            runs.Add(Run(random, scenario, truth, endUnixNanos - ((ulong)random.Next(1000, 599_000) * Millisecond)));
        }

        return (runs, truth);
    }

    private static List<EmittedSpan> Run(Random random, FailFastScenario scenario, FailFastTruth truth, ulong start)
    {
        ByteString traceId = Id(random, 16);
        Span root = New(random, traceId, null, "POST /ask", "", start, start);
        root.Kind = Span.Types.SpanKind.Server;
        List<EmittedSpan> run = [new EmittedSpan("shop", root)];
        ulong cursor = start + Millisecond;
        bool ok = true;
        bool recovered = false;
        foreach ((string layer, string name) in Steps)
        {
            bool fine = Try(random, run, root, layer, name, ref cursor);
            int attempts = 1;
            if (!fine && scenario.Retries)
            {
                attempts++;
                fine = Try(random, run, root, layer, name, ref cursor);
            }

            truth.Count(name, attempts, !fine);
            if (!fine && scenario.Fallbacks)
            {
                string fallback = $"{name} fallback";
                run.Add(new EmittedSpan("shop", New(random, traceId, root, fallback, layer, cursor, cursor += 3 * Millisecond)));
                truth.Count(fallback, 1, failed: false);
                recovered = fine = true;
            }

            if (!fine)
            {
                ok = false;
                break;
            }
        }

        bool silent = ok && random.NextDouble() < scenario.SilentShare;
        root.EndTimeUnixNano = cursor + Millisecond;
        if (!ok || silent)
        {
            root.Status = new Status { Code = Status.Types.StatusCode.Error };
        }

        truth.Ok += ok && !silent ? 1 : 0;
        truth.Silent += silent ? 1 : 0;
        truth.Recovered += recovered ? 1 : 0;
        return run;
    }

    private static bool Try(Random random, List<EmittedSpan> run, Span root, string layer, string name, ref ulong cursor)
    {
        ulong end = cursor + ((ulong)random.Next(1, 50) * Millisecond);
        Span span = New(random, root.TraceId, root, name, layer, cursor, end);
        cursor = end + (2 * Millisecond);
        run.Add(new EmittedSpan("shop", span));
        if (random.NextDouble() < StepReliability)
        {
            return true;
        }

        span.Status = new Status { Code = Status.Types.StatusCode.Error };
        span.Attributes.Add(Text("error.type", "timeout"));
        return false;
    }

    private static Span New(Random random, ByteString traceId, Span? parent, string name, string layer, ulong start, ulong end)
    {
        Span span = new()
        {
            TraceId = traceId,
            SpanId = Id(random, 8),
            ParentSpanId = parent?.SpanId ?? ByteString.Empty,
            Name = name,
            Kind = Span.Types.SpanKind.Internal,
            StartTimeUnixNano = start,
            EndTimeUnixNano = end,
        };
        if (layer.Length > 0)
        {
            span.Attributes.Add(Text("tracegap.layer", layer));
        }

        return span;
    }
}
