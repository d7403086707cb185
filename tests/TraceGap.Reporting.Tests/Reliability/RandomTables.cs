using TraceGap.Aggregation;

namespace TraceGap.Reporting.Tests;

/// <summary>Outcome tables of any shape: loops, parallel positions, cancelled places, prefixes after which all were cut, records that no analysis would make.</summary>
internal static class RandomTables
{
    private static readonly string[] Operations = ["ingress", "retrieve", "model", "tool", "answer"];

    public static Dictionary<OutcomeRecord, OutcomeWeight> Make(int seed, int records = 40)
    {
        Random random = new(seed);
        string[] operations = Operations[..random.Next(2, Operations.Length + 1)];
        Dictionary<OutcomeRecord, OutcomeWeight> table = [];
        for (int i = 0; i < records; i++)
        {
            OutcomeRecord record = Record(random, operations);
            long count = random.Next(1, 20);
            Int128 weight = (Int128)random.Next(1, 5) << (16 - random.Next(0, 2));
            table[record] = table.GetValueOrDefault(record) + new OutcomeWeight(count, weight * count, weight * weight * count);
        }

        return table;
    }

    private static OutcomeRecord Record(Random random, string[] operations)
    {
        SimulatedRun run = new();
        bool failed = false;
        int length = random.Next(0, 7);
        for (int i = 0; i < length && !failed; i++)
        {
            string operation = operations[Math.Min(operations.Length - 1, random.Next(0, i + 2))];
            bool ok = random.NextDouble() < 0.8;
            bool recovered = random.NextDouble() < 0.4;
            int attempts = random.Next(1, 3);
            switch (random.Next(0, 10))
            {
                case 0:
                    run.Cancelled(operation);
                    break;
                case 1:
                    run.Parallel((operation, ok, recovered, attempts), (operation, true, false, 1), (operations[0], random.NextDouble() < 0.9, true, 1));
                    break;
                default:
                    run.Step(operation, ok, recovered, attempts);
                    break;
            }

            failed = !ok && !recovered && random.NextDouble() < 0.7;
        }

        return run.Ends(failed || random.NextDouble() < 0.15 ? TraceOutcome.Failed : random.NextDouble() < 0.1 ? TraceOutcome.Unknown : TraceOutcome.Ok);
    }
}
