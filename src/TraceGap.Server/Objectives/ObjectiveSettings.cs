using System.Globalization;
using TraceGap.Reporting;
using TraceGap.Server.Queries;

namespace TraceGap.Server.Objectives;

/// <summary>Gathers the keys under <c>Objectives</c> from all sources, <c>Objectives:NAME:Reliability</c>, so that a later source can change a part of one, and makes options of them.</summary>
internal sealed class ObjectiveSettings
{
    /// <summary>What all its keys begin with.</summary>
    public const string Prefix = "Objectives:";

    private const string Match = "Match";
    private const string Reliability = "Reliability";
    private const string Window = "Window";
    private const long MinuteNanos = EventWindow.MinuteNanos;
    private const long MostDays = 366;

    private static readonly string[] Parts = [Match, Reliability, Window];

    private readonly SortedDictionary<string, Dictionary<string, string>> _values = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The keys that can be set.</summary>
    public static IEnumerable<string> Keys => Parts.Select(static part => $"{Prefix}NAME:{part}");

    /// <summary>Takes a value; one of a later source replaces it.</summary>
    /// <returns>False for a key that is none.</returns>
    public bool TrySet(string key, string value)
    {
        if (key[Prefix.Length..].Split(':') is not [{ Length: > 0 } name, string part] || !Parts.Contains(part, StringComparer.OrdinalIgnoreCase))
        {
            return false;
        }

        if (!_values.TryGetValue(name, out Dictionary<string, string>? values))
        {
            values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            _values.Add(name, values);
        }

        values[part] = value;
        return true;
    }

    /// <summary>Makes the options.</summary>
    /// <param name="rollupMaxAge">How far back reports reach.</param>
    /// <param name="errors">Gets every error, naming its key.</param>
    public ObjectiveOptions Read(TimeSpan rollupMaxAge, List<string> errors) => new()
    {
        Rules = [.. _values.Select(entry => Rule(entry.Key, entry.Value, rollupMaxAge, errors)).OfType<ObjectiveRule>()],
    };

    private static ObjectiveRule? Rule(string name, Dictionary<string, string> values, TimeSpan rollupMaxAge, List<string> errors)
    {
        string? match = values.GetValueOrDefault(Match);
        if (string.IsNullOrEmpty(match))
        {
            errors.Add($"{Prefix}{name}:{Match}: must be set; * is every workflow");
        }

        double? target = Target(name, values.GetValueOrDefault(Reliability), errors);
        int? minutes = Minutes(name, values.GetValueOrDefault(Window), rollupMaxAge, errors);
        return match is { Length: > 0 } && target is double reliability && minutes is int length ? new ObjectiveRule(match, new Objective(name, reliability, length)) : null;
    }

    private static double? Target(string name, string? value, List<string> errors)
    {
        if (value is null)
        {
            errors.Add($"{Prefix}{name}:{Reliability}: must be set");
            return null;
        }

        if (double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double target) && target is > 0 and < 1)
        {
            return target;
        }

        errors.Add($"{Prefix}{name}:{Reliability}: \"{value}\" is no reliability between 0 and 1, such as 0.995; 1 would leave no error budget");
        return null;
    }

    private static int? Minutes(string name, string? value, TimeSpan rollupMaxAge, List<string> errors)
    {
        if (value is null)
        {
            return Objective.DefaultWindowMinutes;
        }

        if (!WindowText.TryParseDuration(value, out long nanos) || nanos < Objective.DayMinutes * MinuteNanos || nanos > MostDays * Objective.DayMinutes * MinuteNanos || nanos % MinuteNanos != 0)
        {
            errors.Add($"{Prefix}{name}:{Window}: \"{value}\" is no window from 1d to {MostDays}d; write 7d or 30d");
            return null;
        }

        if (TimeSpan.FromTicks(nanos / TimeSpan.NanosecondsPerTick) > rollupMaxAge)
        {
            errors.Add($"{Prefix}{name}:{Window}: {value} is longer than Retention:RollupMaxAge, what reports are made of is gone by then");
            return null;
        }

        return (int)(nanos / MinuteNanos);
    }
}
