namespace TraceGap.Aggregation;

/// <summary>The texts and keys that steps are named by, made once for as long as they recur. One owner at a time.</summary>
internal sealed class StepNames
{
    private readonly RecentTexts<string> _joined = new(static (operation, target) => $"{operation} {target}");
    private readonly RecentTexts<string> _templates = new(static (name, _) => NameTemplate.Of(name));
    private readonly RecentTexts<StepKey>[] _keys = [.. Enum.GetValues<Layer>().Select(static layer =>
        new RecentTexts<StepKey>((service, operation) => new StepKey(service, layer, operation)))];

    /// <summary>Operation and target.</summary>
    public string Join(string operation, string? target) => target is null ? operation : _joined.Of(operation, target);

    /// <summary>The template of a name.</summary>
    public string Template(string name) => NameTemplate.MayVary(name) ? _templates.Of(name, "") : name;

    /// <summary>The key of a step.</summary>
    public StepKey Key(string service, Layer layer, string operation) => _keys[(int)layer].Of(service, operation);
}
