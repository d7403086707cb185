namespace TraceGap.Storage;

/// <summary>What can be wrong with a data folder.</summary>
public enum StoreProblem
{
    /// <summary>Another process has it open.</summary>
    InUse,

    /// <summary>A file is no file of this store, or is damaged so that nothing can be read.</summary>
    Corrupt,

    /// <summary>A newer version wrote it.</summary>
    NewerFormat,

    /// <summary>A version wrote it that is too old to be read.</summary>
    OlderFormat,

    /// <summary>There is no space left on the device, or a quota is used up.</summary>
    NoSpace,

    /// <summary>The process may not read or write it.</summary>
    AccessDenied,

    /// <summary>No SQLite library could be loaded.</summary>
    NoSqlite,

    /// <summary>The device or the file system failed.</summary>
    IoFailed,

    /// <summary>The store has been closed.</summary>
    Closed,
}

/// <summary>Something that keeps a store from working.</summary>
/// <param name="Problem">What kind of problem it is.</param>
/// <param name="File">The file or folder that it is about, full path.</param>
/// <param name="Detail">In words, with what to do where that is known.</param>
public sealed record StoreError(StoreProblem Problem, string File, string Detail)
{
    /// <summary>One line for people: file and detail.</summary>
    public override string ToString() => $"{File}: {Detail}";
}

/// <summary>Stored bytes that could not be read. They are set aside; the rest is served.</summary>
/// <param name="File">The file, full path.</param>
/// <param name="Offset">Where in the file, bytes; in the database the number of the row.</param>
/// <param name="Detail">What is there and what is wrong with it.</param>
public sealed record StoreDamage(string File, long Offset, string Detail)
{
    /// <summary>One line for people: file, offset and detail.</summary>
    public override string ToString() => $"{File} @{Offset}: {Detail}";
}
