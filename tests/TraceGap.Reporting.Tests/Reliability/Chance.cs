namespace TraceGap.Reporting.Tests;

/// <summary>What a simulated agent system draws its luck from.</summary>
internal interface IChance
{
    /// <summary>True with probability p.</summary>
    bool Happens(double p);

    /// <summary>One of n with equal probability.</summary>
    int OneOf(int n);
}

/// <summary>Draws at random, seeded.</summary>
internal sealed class RandomChance(int seed) : IChance
{
    private readonly Random _random = new(seed);

    public bool Happens(double p) => _random.NextDouble() < p;

    public int OneOf(int n) => _random.Next(n);
}

/// <summary>Goes through every sequence of draws, each with its exact probability: an expectation without noise.</summary>
internal sealed class EveryChance : IChance
{
    private readonly List<(int Choice, double[] Probabilities)> _draws = [];
    private int _next;

    public double Probability { get; private set; }

    public bool Happens(double p) => Draw([p, 1 - p]) == 0;

    public int OneOf(int n) => Draw([.. Enumerable.Repeat(1.0 / n, n)]);

    public static IEnumerable<(T Result, double Probability)> Explore<T>(Func<IChance, T> experiment)
    {
        EveryChance chance = new();
        do
        {
            chance._next = 0;
            chance.Probability = 1;
            T result = experiment(chance);
            yield return (result, chance.Probability);
        }
        while (chance.MoveOn());
    }

    private int Draw(double[] probabilities)
    {
        if (_next == _draws.Count)
        {
            _draws.Add((NextPossible(probabilities, -1), probabilities));
        }

        (int choice, _) = _draws[_next];
        _next++;
        Probability *= probabilities[choice];
        return choice;
    }

    private bool MoveOn()
    {
        while (_draws.Count > 0)
        {
            (int choice, double[] probabilities) = _draws[^1];
            int next = NextPossible(probabilities, choice);
            if (next < probabilities.Length)
            {
                _draws[^1] = (next, probabilities);
                return true;
            }

            _draws.RemoveAt(_draws.Count - 1);
        }

        return false;
    }

    private static int NextPossible(double[] probabilities, int choice)
    {
        do
        {
            choice++;
        }
        while (choice < probabilities.Length && probabilities[choice] <= 0);

        return choice;
    }
}
