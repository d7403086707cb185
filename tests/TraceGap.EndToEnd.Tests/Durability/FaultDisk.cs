using System.Diagnostics;
using System.IO.MemoryMappedFiles;
using TraceGap.EndToEnd.Tests.Peers;
using TraceGap.EndToEnd.Tests.Serving;

namespace TraceGap.EndToEnd.Tests.Durability;

/// <summary>A data folder whose disk counts every call that changes it, fails when told to, and keeps a copy of what a killed process would leave behind; see faultdisk.c.</summary>
internal sealed class FaultDisk : IFullableDisk
{
    private const int ControlBytes = 4096;

    private static readonly Lazy<string> Library = new(Compile);

    private readonly string _root = Directory.CreateTempSubdirectory("tracegap-fault-").FullName;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _control;
    private readonly bool _keepsCopies;

    public FaultDisk(bool keepsCopies = false)
    {
        _keepsCopies = keepsCopies;
        Directory.CreateDirectory(Copies);
        _file = MemoryMappedFile.CreateFromFile(Path.Combine(_root, "control"), FileMode.Create, null, ControlBytes);
        _control = _file.CreateViewAccessor();
    }

    public string Folder => Path.Combine(_root, "data");

    /// <summary>Where the copies are, each in a folder named after the number of the boundary and the moment.</summary>
    public string Copies => Path.Combine(_root, "copies");

    /// <summary>Boundaries so far.</summary>
    public long Boundaries => _control.ReadInt64(0);

    /// <summary>Boundaries that failed as told.</summary>
    public long Failures => _control.ReadInt64(16);

    /// <summary>Times that a folder was flushed.</summary>
    public long FolderSyncs => _control.ReadInt64(40);

    /// <summary>Makes a boundary fail, <paramref name="boundaries"/> from now; 1 for the next.</summary>
    public void FailAfter(int boundaries, Fault fault)
    {
        _control.Write(24, (long)fault);
        _control.Write(8, Boundaries + boundaries);
    }

    /// <summary>Makes nothing fail.</summary>
    public void Heal() => _control.Write(8, 0L);

    public void Fill() => _control.Write(32, 1L);

    public void Free() => _control.Write(32, 0L);

    public ServerProcess Launch(params (string Key, string Value)[] settings) => Launch(fsync: false, settings);

    /// <summary>Starts a server with small files, so that there are many boundaries.</summary>
    public ServerProcess Launch(bool fsync, params (string Key, string Value)[] settings)
    {
        ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, "TraceGap.EndToEnd.Tests.dll"), Folder, fsync ? "fsync" : ""]);
        start.Environment["LD_PRELOAD"] = Library.Value;
        start.Environment["FAULTDISK_FOLDER"] = Folder;
        start.Environment["FAULTDISK_CONTROL"] = Path.Combine(_root, "control");
        if (_keepsCopies)
        {
            start.Environment["FAULTDISK_COPIES"] = Copies;
        }

        foreach ((string key, string value) in settings)
        {
            start.Environment[$"TRACEGAP__{key}"] = value;
        }

        return ServerProcess.Launch(start);
    }

    public void Dispose()
    {
        _control.Dispose();
        _file.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    private static string Compile()
    {
        string source = Path.Combine(PeerPaths.Root, "tests", "TraceGap.EndToEnd.Tests", "Durability", "faultdisk.c");
        string library = Path.Combine(Directory.CreateTempSubdirectory("tracegap-faultdisk-").FullName, "faultdisk.so");
        using Process gcc = Process.Start("gcc", ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl", "-lpthread"]);
        gcc.WaitForExit();
        Assert.Equal(0, gcc.ExitCode);
        return library;
    }
}
