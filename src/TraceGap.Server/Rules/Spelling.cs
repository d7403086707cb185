namespace TraceGap.Server.Rules;

/// <summary>What somebody most likely meant to write.</summary>
internal static class Spelling
{
    /// <summary>Says which of the known words is near, as <c>; did you mean 'x'?</c>; empty if none is.</summary>
    public static string Hint(string word, IEnumerable<string> known)
    {
        // A third of the letters wrong is still a slip; more is another word.
        (int distance, string nearest) = known.Select(candidate => (Distance(word.ToLowerInvariant(), candidate.ToLowerInvariant()), candidate)).Min();
        return distance <= Math.Max(1, word.Length / 3) ? $"; did you mean '{nearest}'?" : "";
    }

    /// <summary>Letters to insert, leave out, replace or swap with their neighbour (Damerau's distance, restricted).</summary>
    private static int Distance(string from, string to)
    {
        int[,] cost = new int[from.Length + 1, to.Length + 1];
        for (int i = 0; i <= from.Length; i++)
        {
            for (int j = 0; j <= to.Length; j++)
            {
                cost[i, j] = i == 0 || j == 0 ? i + j : Step(cost, from, to, i, j);
            }
        }

        return cost[from.Length, to.Length];
    }

    private static int Step(int[,] cost, string from, string to, int i, int j)
    {
        int replaced = cost[i - 1, j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
        int best = Math.Min(replaced, 1 + Math.Min(cost[i - 1, j], cost[i, j - 1]));
        bool areSwapped = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
        return areSwapped ? Math.Min(best, cost[i - 2, j - 2] + 1) : best;
    }
}
