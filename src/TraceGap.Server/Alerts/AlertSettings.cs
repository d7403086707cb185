using System.Globalization;
using TraceGap.Reporting.Alerts;
using TraceGap.Server.Queries;

namespace TraceGap.Server.Alerts;

/// <summary>
/// Gathers the keys under <c>Alerts</c> from all sources and makes options of them. Receivers, workflows and silences have names, <c>Alerts:Receivers:NAME:Url</c>, so that a later source can
/// change a part of one.
/// </summary>
internal sealed class AlertSettings
{
    /// <summary>What all its keys begin with.</summary>
    public const string Prefix = "Alerts:";

    private static readonly string[] Plain = ["Enabled", "Threshold", "P99Factor", "LayerShareRise", "ExternalUrl"];

    private static readonly Dictionary<string, string[]> Named = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Workflows"] = ["Match", "Threshold", "For", "Enabled", "P99Factor", "LayerShareRise"],
        ["Receivers"] = ["Type", "Url", "Secret", "SecretFile"],
        ["Silences"] = ["Workflow", "Rule", "From", "To"],
    };

    private readonly SortedDictionary<string, string> _values = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The keys that can be set.</summary>
    public static IEnumerable<string> Keys =>
        Plain.Select(static key => Prefix + key).Concat(Named.SelectMany(static group => group.Value.Select(key => $"{Prefix}{group.Key}:NAME:{key}")));

    /// <summary>Takes a value; one of a later source replaces it.</summary>
    /// <returns>False for a key that is none.</returns>
    public bool TrySet(string key, string value)
    {
        string[] parts = key[Prefix.Length..].Split(':');
        bool isKnown = parts switch
        {
            [string plain] => Plain.Contains(plain, StringComparer.OrdinalIgnoreCase),
            [string group, _, string part] => Named.TryGetValue(group, out string[]? known) && known.Contains(part, StringComparer.OrdinalIgnoreCase),
            _ => false,
        };
        if (isKnown)
        {
            _values[key[Prefix.Length..]] = value;
        }

        return isKnown;
    }

    /// <summary>Makes the options.</summary>
    /// <param name="errors">Gets every error, naming its key.</param>
    public AlertOptions Read(List<string> errors) => new()
    {
        IsEnabled = Flag("Enabled", errors),
        Threshold = Share("Threshold", errors) ?? AlertPolicy.Default.Threshold,
        P99Factor = Factor("P99Factor", errors) ?? AlertPolicy.Default.P99Factor,
        LayerShareRise = Share("LayerShareRise", errors) ?? AlertPolicy.Default.LayerShareRise,
        ExternalUrl = Address("ExternalUrl", errors)?.AbsoluteUri.TrimEnd('/'),
        Workflows = [.. Names("Workflows").Select(name => Workflow(name, errors))],
        Receivers = [.. Names("Receivers").Select(name => Receiver(name, errors)).OfType<ReceiverOptions>()],
        Silences = [.. Names("Silences").Select(name => SilenceOf(name, errors))],
    };

    private string[] Names(string group) =>
    [
        .. _values.Keys.Where(key => key.StartsWith(group + ":", StringComparison.OrdinalIgnoreCase))
            .Select(static key => key.Split(':')[1]).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase),
    ];

    private WorkflowRule Workflow(string name, List<string> errors)
    {
        string at = $"Workflows:{name}:";
        return new WorkflowRule(
            name,
            Required(at + "Match", errors),
            Share(at + "Threshold", errors),
            Duration(at + "For", errors),
            Flag(at + "Enabled", errors),
            Factor(at + "P99Factor", errors),
            Share(at + "LayerShareRise", errors));
    }

    private ReceiverOptions? Receiver(string name, List<string> errors)
    {
        string at = $"Receivers:{name}:";
        string type = Required(at + "Type", errors);
        bool isType = Enum.TryParse(type, ignoreCase: true, out ReceiverType read) && Enum.IsDefined(read) && !char.IsAsciiDigit(type[0]);
        if (!isType && type.Length > 0)
        {
            errors.Add($"{Prefix}{at}Type: \"{type}\" is none of alertmanager, webhook, slack");
        }

        Uri? url = Required(at + "Url", errors).Length > 0 ? Address(at + "Url", errors) : null;
        string? secret = Secret(at, errors);
        if (secret is not null && isType && read != ReceiverType.Webhook)
        {
            errors.Add($"{Prefix}{at}Secret: only a webhook is signed");
        }

        return isType && url is not null ? new ReceiverOptions(name, read, url, secret) : null;
    }

    private Silence SilenceOf(string name, List<string> errors)
    {
        string at = $"Silences:{name}:";
        AlertRule? rule = null;
        if (_values.TryGetValue(at + "Rule", out string? text))
        {
            AlertRule[] named = [.. AlertNames.Rules.Where(known => AlertNames.Of(known) == text)];
            rule = named.Length > 0 ? named[0] : null;
            if (rule is null)
            {
                errors.Add($"{Prefix}{at}Rule: \"{text}\" is none of {string.Join(", ", AlertNames.Rules.Select(AlertNames.Of))}");
            }
        }

        DateTimeOffset? from = Time(at + "From", errors);
        DateTimeOffset? to = Time(at + "To", errors);
        if (from >= to)
        {
            errors.Add($"{Prefix}{at}From: must lie before To");
        }

        return new Silence(name, _values.GetValueOrDefault(at + "Workflow", "*"), rule, from, to);
    }

    private string Required(string key, List<string> errors)
    {
        string value = _values.GetValueOrDefault(key, "");
        if (value.Length == 0)
        {
            errors.Add($"{Prefix}{key}: must be set");
        }

        return value;
    }

    // The value is not repeated: a secret belongs in no log.
    private string? Secret(string at, List<string> errors)
    {
        string? secret = _values.GetValueOrDefault(at + "Secret");
        if (_values.TryGetValue(at + "SecretFile", out string? path))
        {
            if (secret is not null)
            {
                errors.Add($"{Prefix}{at}Secret: set this or SecretFile, not both");
            }

            try
            {
                secret = File.ReadAllText(path).Trim();
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                errors.Add($"{Prefix}{at}SecretFile: {path}: {failure.Message}");
            }
        }

        if (secret is "")
        {
            errors.Add($"{Prefix}{at}Secret: must not be empty");
        }

        return secret;
    }

    private Uri? Address(string key, List<string> errors)
    {
        if (!_values.TryGetValue(key, out string? value))
        {
            return null;
        }

        if (Uri.TryCreate(value, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https")
        {
            return url;
        }

        errors.Add($"{Prefix}{key}: is no http or https address");
        return null;
    }

    private bool Flag(string key, List<string> errors)
    {
        if (_values.TryGetValue(key, out string? value) && !bool.TryParse(value, out _))
        {
            errors.Add($"{Prefix}{key}: \"{value}\" is neither true nor false");
        }

        return !bool.TryParse(_values.GetValueOrDefault(key), out bool flag) || flag;
    }

    private double? Share(string key, List<string> errors)
    {
        if (!_values.TryGetValue(key, out string? value))
        {
            return null;
        }

        if (double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double share) && share is >= 0.001 and <= 0.5)
        {
            return share;
        }

        errors.Add($"{Prefix}{key}: \"{value}\" is no share from 0.001 to 0.5");
        return null;
    }

    private double? Factor(string key, List<string> errors)
    {
        if (!_values.TryGetValue(key, out string? value))
        {
            return null;
        }

        if (double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double factor) && factor is >= 1.1 and <= 100)
        {
            return factor;
        }

        errors.Add($"{Prefix}{key}: \"{value}\" is no factor from 1.1 to 100");
        return null;
    }

    private TimeSpan Duration(string key, List<string> errors)
    {
        long nanos = 0;
        if (_values.TryGetValue(key, out string? value) && !WindowText.TryParseDuration(value, out nanos))
        {
            errors.Add($"{Prefix}{key}: \"{value}\" is no duration; write 5m or 1h");
        }

        return TimeSpan.FromTicks(nanos / TimeSpan.NanosecondsPerTick);
    }

    private DateTimeOffset? Time(string key, List<string> errors)
    {
        if (!_values.TryGetValue(key, out string? value))
        {
            return null;
        }

        if (WindowText.TryParseTime(value, out long nanos))
        {
            return DateTimeOffset.UnixEpoch.AddTicks(nanos / TimeSpan.NanosecondsPerTick);
        }

        errors.Add($"{Prefix}{key}: \"{value}\" is no time; write RFC 3339");
        return null;
    }
}
