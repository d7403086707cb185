namespace TraceGap.EndToEnd.Tests.Durability;

/// <summary>What a <see cref="FaultDisk"/> does to a call; the numbers are those of faultdisk.c.</summary>
internal enum Fault
{
    /// <summary>It fails with EIO.</summary>
    Io = 1,

    /// <summary>It fails with ENOSPC.</summary>
    NoSpace = 2,

    /// <summary>A write is done by half and says so.</summary>
    Half = 3,

    /// <summary>A write is done by half, and the rest of it fails with ENOSPC.</summary>
    HalfThenFull = 4,
}
