namespace TraceGap.Aggregation;

/// <summary>Arrays that passes use again from trace to trace: they only grow, and are longer than what is in use.</summary>
internal static class Buffers
{
    /// <summary>Makes an array long enough; what it held is lost if it was not.</summary>
    public static T[] Reserve<T>(ref T[] buffer, int length)
    {
        if (buffer.Length < length)
        {
            // The first is exact, since most are made for one trace only.
            buffer = new T[buffer.Length == 0 ? length : Math.Max(length, buffer.Length * 2)];
        }

        return buffer;
    }

    /// <summary>The same, with a value in every place that is in use.</summary>
    public static T[] Filled<T>(ref T[] buffer, int length, T value)
    {
        Reserve(ref buffer, length).AsSpan(0, length).Fill(value);
        return buffer;
    }

    /// <summary>The same, cleared.</summary>
    public static T[] Cleared<T>(ref T[] buffer, int length)
    {
        Array.Clear(Reserve(ref buffer, length), 0, length);
        return buffer;
    }
}
