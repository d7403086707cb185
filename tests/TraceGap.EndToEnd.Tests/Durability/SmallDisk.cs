using System.Diagnostics;
using TraceGap.EndToEnd.Tests.Serving;

namespace TraceGap.EndToEnd.Tests.Durability;

/// <summary>A file system of a few megabytes, mounted for one test, that can be filled to the last byte.</summary>
internal sealed class SmallDisk : IFullableDisk
{
    private readonly string _mount = Directory.CreateTempSubdirectory("tracegap-small-").FullName;

    public SmallDisk(int megabytes)
    {
        if (!Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", _mount))
        {
            throw new InvalidOperationException($"{_mount} could not be mounted");
        }
    }

    public string Folder => Path.Combine(_mount, "data");

    private string Filler => Path.Combine(_mount, "filler");

    /// <summary>Whether this process may mount.</summary>
    public static bool IsPermitted()
    {
        string probe = Directory.CreateTempSubdirectory("tracegap-mount-").FullName;
        bool isPermitted = Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", probe) && Run("umount", probe);
        Directory.Delete(probe);
        return isPermitted;
    }

    public ServerProcess Launch(params (string Key, string Value)[] settings) => ServerProcess.Launch(Folder, settings);

    public void Fill()
    {
        using FileStream file = new(Filler, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        for (int bytes = 1 << 16; bytes > 0;)
        {
            try
            {
                file.Write(new byte[bytes]);
            }
            catch (IOException)
            {
                bytes /= 2;
            }
        }
    }

    public void Free() => File.Delete(Filler);

    public void Dispose()
    {
        Run("umount", "--lazy", _mount);
        Directory.Delete(_mount, recursive: true);
    }

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
