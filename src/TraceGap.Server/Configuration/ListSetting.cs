namespace TraceGap.Server.Configuration;

/// <summary>A setting of several values: those of the last source that names it.</summary>
internal sealed class ListSetting
{
    private List<string> _values = [];
    private bool _isNew;

    /// <summary>The values.</summary>
    public IReadOnlyList<string> Values => _values;

    /// <summary>What is added from now on replaces what is there.</summary>
    public void BeginSource() => _isNew = true;

    /// <summary>Adds values; arrays arrive one by one.</summary>
    public void Add(IEnumerable<string> values)
    {
        _values = _isNew ? [.. values] : [.. _values, .. values];
        _isNew = false;
    }
}
