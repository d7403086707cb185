using System.Text;

namespace TraceGap.Storage;

/// <summary>
/// Distinct entries of a block while it is written, found by reference first and by what they encode to second: spans of one request share an object, spans of many requests only its
/// content.
/// </summary>
internal sealed class EntryTableWriter : IDisposable
{
    private readonly Dictionary<object, int> _byReference = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, int> _byContent = new(StringComparer.Ordinal);
    private readonly ByteWriter _entries = new();
    private readonly ByteWriter _scratch = new();

    /// <summary>Finds an entry by the object it was made from.</summary>
    public bool TryFind(object source, out int index) => _byReference.TryGetValue(source, out index);

    /// <summary>Starts an entry; <see cref="Finish"/> ends it.</summary>
    public ByteWriter Start()
    {
        _scratch.Clear();
        return _scratch;
    }

    /// <summary>The index of the entry just written, which is added if none has its content.</summary>
    public int Finish(object source)
    {
        string content = Encoding.Latin1.GetString(_scratch.Written);
        if (!_byContent.TryGetValue(content, out int index))
        {
            index = _byContent.Count;
            _byContent.Add(content, index);
            _entries.WriteBytes(_scratch.Written);
        }

        _byReference.Add(source, index);
        return index;
    }

    public void Clear()
    {
        _byReference.Clear();
        _byContent.Clear();
        _entries.Clear();
    }

    public void WriteTo(ByteWriter writer)
    {
        writer.WriteCount(_byContent.Count);
        writer.WriteBytes(_entries.Written);
    }

    public void Dispose()
    {
        _entries.Dispose();
        _scratch.Dispose();
    }
}
