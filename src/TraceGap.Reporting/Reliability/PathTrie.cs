namespace TraceGap.Reporting;

/// <summary>
/// All prefixes of a set of paths, one node each, in preorder: a parent comes before its children, so a pass forward goes from short prefixes to long ones and a pass backward
/// visits every prefix after all that continue it. Node 0 is the empty prefix.
/// </summary>
internal sealed class PathTrie
{
    private readonly List<int> _branch = [0];
    private int[] _parents = [-1];
    private int[] _positions = [-1];

    /// <summary>Number of nodes.</summary>
    public int Count { get; private set; } = 1;

    /// <summary>The prefix one position shorter; −1 for the empty one.</summary>
    public int Parent(int node) => _parents[node];

    /// <summary>Number of the last position; −1 for the empty prefix.</summary>
    public int Position(int node) => _positions[node];

    /// <summary>Adds a path after all paths that are smaller; the node of the whole path.</summary>
    public int Add(ReadOnlySpan<int> path)
    {
        int depth = 0;
        while (depth < path.Length && depth + 1 < _branch.Count && _positions[_branch[depth + 1]] == path[depth])
        {
            depth++;
        }

        _branch.RemoveRange(depth + 1, _branch.Count - depth - 1);
        for (; depth < path.Length; depth++)
        {
            _branch.Add(Append(_branch[^1], path[depth]));
        }

        return _branch[^1];
    }

    private int Append(int parent, int position)
    {
        if (Count == _parents.Length)
        {
            Array.Resize(ref _parents, 2 * Count);
            Array.Resize(ref _positions, 2 * Count);
        }

        _parents[Count] = parent;
        _positions[Count] = position;
        return Count++;
    }
}
